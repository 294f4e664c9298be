namespace TicketTriage.Outside;

/// <summary>One refund carried out.</summary>
public sealed record Refund(string Key, string Ticket, long AmountCents);

/// <summary>The books of the payment provider: <c>refunds.jsonl</c>, one line per refund carried out.</summary>
public sealed class RefundLedger : IDisposable
{
    private readonly HashSet<string> keys = new(StringComparer.Ordinal);
    private readonly AppendOnlyFile<Refund> file;

    public RefundLedger(string path) => file = new AppendOnlyFile<Refund>(path, refund => keys.Add(refund.Key), keys.Clear);

    /// <summary>Carries the refund out, unless its key is in the books already.</summary>
    public Task RefundAsync(Refund refund, CancellationToken cancellationToken) =>
        file.AppendAsync(() => keys.Contains(refund.Key) ? null : refund, cancellationToken);

    public void Dispose() => file.Dispose();
}
