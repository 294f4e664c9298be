using Coordination.Workers;
using TicketTriage.Outside;

namespace TicketTriage.People;

public sealed record TransferOrder(string Supplier, string Account, long AmountCents);

public sealed record TransferReceipt(string Number);

/// <summary>
/// Pays a supplier by a transfer that nobody can look up afterwards. When the line breaks it is never tried again by itself: the step waits until a person has
/// looked at the account and said what happened.
/// </summary>
public sealed class TransferAgent : IAgent<TransferOrder, TransferReceipt>
{
    private static readonly EffectTool Transfer = new("transfer", EffectClass.Irreversible) { Scope = ["account", "amountCents"] };

    public Task<TransferReceipt> ExecuteAsync(TransferOrder order, AgentContext context, CancellationToken cancellationToken) =>
        context.Effect(Transfer, order, async (_, _) => new TransferReceipt(await Bank.TransferAsync(order.Account, order.AmountCents)));
}
