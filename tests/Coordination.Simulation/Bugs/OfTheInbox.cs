using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>The inbox row has a transaction of its own: a message whose effects were rolled back counts as handled.</summary>
internal sealed class InboxOutsideTransaction : Bug
{
    public override IUnitOfWorkFactory Units(Node node, SimulatedUnits units) =>
        new WrappedUnits(units, (key, alone) => key is { } inbox ? new Work(units, inbox) : units.Create(key, alone));

    private sealed class Work(SimulatedUnits units, InboxKey key) : WrappedWork(units.Create())
    {
        private bool? isNew;

        public override bool IsDuplicate => isNew == false;

        public override async ValueTask<bool> BeginAsync(CancellationToken cancellationToken = default) =>
            isNew ??= await units.ExecuteAsync(SqliteOutbox.InsertInbox(key), cancellationToken) > 0;

        public override async ValueTask<IReadOnlyList<T>> QueryAsync<T>(
            Statement statement,
            Func<System.Data.Common.DbDataReader, T> read,
            CancellationToken cancellationToken = default
        ) =>
            await BeginAsync(cancellationToken)
                ? await base.QueryAsync(statement, read, cancellationToken)
                : throw new DuplicateMessageException(key);

        public override async Task CommitAsync(CancellationToken cancellationToken = default)
        {
            if (await BeginAsync(cancellationToken))
            {
                await base.CommitAsync(cancellationToken);
            }
        }
    }
}

/// <summary>One memory for all consumers: what one has handled the other never sees.</summary>
internal sealed class InboxWithoutConsumer : Bug
{
    public override IUnitOfWorkFactory Units(Node node, SimulatedUnits units) =>
        new WrappedUnits(units, (key, alone) => units.Create(key is { } inbox ? inbox with { ConsumerId = Guid.Empty } : null, alone));
}

/// <summary>Every process has a memory of its own: what another has handled it handles again.</summary>
internal sealed class InboxPerProcess : Bug
{
    public override IUnitOfWorkFactory Units(Node node, SimulatedUnits units) =>
        new WrappedUnits(
            units,
            (key, alone) =>
                units.Create(
                    key is { } inbox ? inbox with { ConsumerId = LedgerWork.Derived($"{inbox.ConsumerId} {node.Name}") } : null,
                    alone
                )
        );
}

/// <summary>What is handed over inside the process is taken for new: nobody asks the inbox.</summary>
internal sealed class HandOverWithoutInbox : Bug
{
    public override IUnitOfWorkFactory Units(Node node, SimulatedUnits units) =>
        new WrappedUnits(
            units,
            (key, alone) =>
                units.Create(
                    key is { HandedOver: not null } inbox ? inbox with { ConsumerId = LedgerWork.Derived($"{node.World.Dice.Id()}") } : key,
                    alone
                )
        );
}

/// <summary>The row of a message that is handed over inside the process goes when its receiver begins, not with its commit.</summary>
internal sealed class RowDeletedAtHandOver : Bug
{
    public override IUnitOfWorkFactory Units(Node node, SimulatedUnits units) =>
        new WrappedUnits(
            units,
            (key, alone) => key is { HandedOver: { } row } inbox ? Begin(units, inbox, row, alone) : units.Create(key, alone)
        );

    private static IUnitOfWork Begin(SimulatedUnits units, InboxKey key, long row, bool alone)
    {
        _ = units.ExecuteAsync(HandOver.Delete(units.Dialect, row));
        return units.Create(key with { HandedOver = null }, alone);
    }
}
