namespace TicketTriage.Outside;

/// <summary>
/// Stands for a payment provider that honours idempotency keys. As with the test card numbers of real ones, some orders behave specially: the
/// card account of orders <c>CLOSED-...</c> does not exist any more.
/// </summary>
public sealed class PaymentProvider(RefundLedger ledger)
{
    public const string ClosedAccountPrefix = "CLOSED-";

    /// <summary>Pays back. The same key pays once, however often and from wherever it is asked.</summary>
    /// <returns>False: the card account is closed, and nothing was paid.</returns>
    public async Task<bool> RefundAsync(string key, string ticket, string order, long amountCents, CancellationToken cancellationToken)
    {
        if (order.StartsWith(ClosedAccountPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        await ledger.RefundAsync(new Refund(key, ticket, amountCents), cancellationToken);
        return true;
    }
}
