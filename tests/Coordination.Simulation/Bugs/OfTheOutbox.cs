using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>A publish counts as done when it is written, not when it is confirmed.</summary>
internal sealed class DeleteBeforeConfirm : Bug
{
    public override IOutboxSender Sender(Node node, IOutboxSender sender) => new Hasty(sender);

    private sealed class Hasty(IOutboxSender inner) : IOutboxSender
    {
        public bool IsReady => inner.IsReady;

        public Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
        {
            _ = inner.SendAsync(message, CancellationToken.None);
            return Task.CompletedTask;
        }
    }
}

/// <summary>What the broker refused is removed instead of kept.</summary>
internal sealed class RefusedRowDropped : Bug
{
    public override IOutboxStore Store(Node node, IOutboxStore store) => new Dropping(store);

    private sealed class Dropping(IOutboxStore inner) : WrappedStore(inner)
    {
        public override Task PostponeAsync(
            IReadOnlyList<long> ids,
            string error,
            TimeSpan delay,
            bool counts,
            CancellationToken cancellationToken
        ) => counts ? Inner.DeleteAsync(ids, cancellationToken) : base.PostponeAsync(ids, error, delay, counts, cancellationToken);
    }
}

/// <summary>A claim takes no lease, and respects none: two relays send the same row.</summary>
internal sealed class ClaimWithoutLease : Bug
{
    public override IOutboxStore Store(Node node, IOutboxStore store) => new Leaseless(store);

    private sealed class Leaseless(IOutboxStore inner) : WrappedStore(inner)
    {
        public override Task<IReadOnlyList<OutboxRow>> ClaimDueAsync(int limit, TimeSpan lease, CancellationToken cancellationToken) =>
            base.ClaimDueAsync(limit, TimeSpan.Zero, cancellationToken);
    }
}

/// <summary>The lease of a claimed row ends before a publish has had its time.</summary>
internal sealed class LeaseShorterThanPublish : Bug
{
    public override void Configure(OutboxOptions options) => options.Lease = TimeSpan.FromMilliseconds(20);
}

/// <summary>The sweep sends what it claimed in whatever order.</summary>
internal sealed class SweepIgnoresOrder : Bug
{
    public override IOutboxStore Store(Node node, IOutboxStore store) => new Unordered(store);

    private sealed class Unordered(IOutboxStore inner) : WrappedStore(inner)
    {
        public override async Task<IReadOnlyList<OutboxRow>> ClaimDueAsync(
            int limit,
            TimeSpan lease,
            CancellationToken cancellationToken
        ) => [.. (await base.ClaimDueAsync(limit, lease, cancellationToken)).Reverse()];
    }
}

/// <summary>A committed row leaves at once, whatever of its group is still waiting.</summary>
internal sealed class RelayIgnoresOlderRows : Bug
{
    public override IOutboxRelay Relay(Node node, IOutboxRelay relay) => new Blind(relay);

    private sealed class Blind(IOutboxRelay inner) : IOutboxRelay
    {
        public void Committed(IReadOnlyList<OutboxRow> rows, IReadOnlyList<long> olderPending) => inner.Committed(rows, []);

        public void TimerStored(TimeSpan delay) => inner.TimerStored(delay);
    }
}
