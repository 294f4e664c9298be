using System.Net.Mail;
using System.Text;

namespace TicketTriage.Outside;

/// <summary>Outgoing mail: a folder with one file per mail, named after its effect key, so that a mail sent again is the same file.</summary>
public sealed class MailFolder(string path)
{
    /// <summary>
    /// Where to write to this customer: the address itself, or for a customer number the address the shop has on file. Null when it looks like an
    /// address and is none.
    /// </summary>
    public static string? AddressOf(string customer)
    {
        var address = customer.Contains('@') ? customer : $"{Uri.EscapeDataString(customer)}@customers.example";
        var isAddress = MailAddress.TryCreate(address, out var parsed) && parsed.Address == address && parsed.Host.Contains('.');
        return isAddress ? address : null;
    }

    /// <summary>Puts the mail into the folder, whole or not at all; does nothing when it is there.</summary>
    /// <returns>The file's name.</returns>
    public async Task<string> SendAsync(string key, string to, string subject, string body, CancellationToken cancellationToken)
    {
        var name = $"{key}.eml";
        var target = Path.Combine(path, name);
        if (File.Exists(target))
        {
            return name;
        }

        Directory.CreateDirectory(path);
        var draft = $"{target}.{Guid.NewGuid():N}.tmp";
        await using (var file = new FileStream(draft, FileMode.CreateNew))
        {
            var text = $"To: {OneLine(to)}\nSubject: {OneLine(subject)}\nMessage-ID: <{key}@ticket-triage>\n\n{body}\n";
            await file.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, target, overwrite: true);
        return name;
    }

    // A line break in a subject would start a header of the customer's own making.
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
