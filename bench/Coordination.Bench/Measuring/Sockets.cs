using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Coordination.Bench.Measuring;

/// <summary>
/// What the kernel has counted on a process's connections to one port, through <c>ss</c>. Both sides of these protocols write
/// without delay, so a segment with data is a write: an answer of the database is a round trip.
/// </summary>
internal sealed class Sockets
{
    private readonly Dictionary<string, Segments> byLocalAddress = new(StringComparer.Ordinal);

    /// <summary>Segments with data since an earlier reading. What a connection did that has ended meanwhile is not known.</summary>
    public Segments Since(Sockets earlier) =>
        byLocalAddress.Aggregate(
            new Segments(0, 0),
            (sum, connection) => sum + connection.Value - earlier.byLocalAddress.GetValueOrDefault(connection.Key)
        );

    /// <summary>Null where there is no <c>ss</c> or it shows nothing.</summary>
    public static async Task<Sockets?> ReadAsync(int process, int port, CancellationToken ct)
    {
        var info = new ProcessStartInfo("ss", ["-tinpH", "dport", "=", $":{port}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        string text;
        try
        {
            using var ss = Process.Start(info)!;
            text = await ss.StandardOutput.ReadToEndAsync(ct);
            await ss.WaitForExitAsync(ct);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        // A connection is a line (state, two queues, local and remote address, owner) and a line of counters.
        var found = new Sockets();
        var lines = text.Split('\n');
        foreach (var (connection, counters) in lines.Zip(lines.Skip(1)))
        {
            if (!connection.Contains($"pid={process},", StringComparison.Ordinal))
                continue;
            var local = connection.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
            found.byLocalAddress[local] = new Segments(Number("data_segs_out:", counters), Number("data_segs_in:", counters));
        }
        return found.byLocalAddress.Count == 0 ? null : found;
    }

    private static long Number(string name, string line)
    {
        var start = line.IndexOf(name, StringComparison.Ordinal);
        if (start < 0)
            return 0;
        var digits = line.AsSpan(start + name.Length);
        var end = digits.IndexOf(' ');
        return long.Parse(end < 0 ? digits : digits[..end], CultureInfo.InvariantCulture);
    }
}

/// <summary>Segments with data that a process has sent and received.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Segments(long Sent, long Received)
{
    public static Segments operator +(Segments a, Segments b) => new(a.Sent + b.Sent, a.Received + b.Received);

    public static Segments operator -(Segments a, Segments b) => new(a.Sent - b.Sent, a.Received - b.Received);
}
