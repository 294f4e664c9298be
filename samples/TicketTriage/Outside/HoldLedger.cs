namespace TicketTriage.Outside;

/// <summary>Money set aside (<c>hold</c>) or given free again (<c>release</c>).</summary>
public sealed record HoldEntry(string Entry, string Key, string Ticket, string Order, long AmountCents);

/// <summary>
/// What is set aside for refunds: <c>holds.jsonl</c>. An order's money is held once, whichever tickets ask for it; this is what keeps a customer
/// who writes twice from being paid twice.
/// </summary>
public sealed class HoldLedger : IDisposable
{
    public const string Hold = "hold";
    public const string Release = "release";

    private readonly Dictionary<string, HoldEntry> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HoldEntry> openByOrder = new(StringComparer.Ordinal);
    private readonly AppendOnlyFile<HoldEntry> file;

    public HoldLedger(string path) => file = new AppendOnlyFile<HoldEntry>(path, Apply, Forget);

    /// <summary>Holds the amount, unless the order's money is held already. A key that held before is not carried out again.</summary>
    /// <returns>The ticket the money is held for: this one or an earlier one.</returns>
    public async Task<string> HoldAsync(string key, string ticket, string order, long amountCents, CancellationToken cancellationToken)
    {
        var holder = ticket;
        await file.AppendAsync(
            () =>
            {
                if (!byKey.TryGetValue(key, out var before) && !openByOrder.TryGetValue(order, out before))
                {
                    return new HoldEntry(Hold, key, ticket, order, amountCents);
                }

                holder = before.Ticket;
                return null;
            },
            cancellationToken
        );
        return holder;
    }

    /// <summary>Gives a hold free; one that is not open is left as it is.</summary>
    public Task ReleaseAsync(string key, CancellationToken cancellationToken) =>
        file.AppendAsync(
            () => openByOrder.Values.FirstOrDefault(hold => hold.Key == key) is { } open ? open with { Entry = Release } : null,
            cancellationToken
        );

    public void Dispose() => file.Dispose();

    private void Forget()
    {
        byKey.Clear();
        openByOrder.Clear();
    }

    private void Apply(HoldEntry line)
    {
        if (line.Entry == Hold)
        {
            byKey[line.Key] = line;
            openByOrder[line.Order] = line;
        }
        else
        {
            openByOrder.Remove(line.Order);
        }
    }
}
