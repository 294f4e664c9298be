using System.Data.Common;
using Coordination.Persistence;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Simulation;

/// <summary>The database as one simulated process reaches it: the product's own store, with a network and faults in front of it.</summary>
internal sealed class SimulatedUnits(Node node, Ground ground, bool embedded, IOutboxRelay relay) : IUnitOfWorkFactory
{
    public Node Node => node;

    public SqlDialect Dialect { get; } = embedded ? new SqliteDialect() : new BrokeredDialect();

    /// <summary>Hears of commits whose answer arrived.</summary>
    public IOutboxRelay Relay => relay;

    /// <summary>
    /// Alone: with the transaction open from the first read on. Otherwise as units that are committed together: reads beside the transaction, and the commit
    /// finds out whether the message is new and what was read still holds.
    /// </summary>
    public IUnitOfWork Create(InboxKey? inbox = null, bool alone = false)
    {
        // Only embedded mode settles outbox rows with the receiver's commit, and it knows the row by the endpoint.
        var key =
            embedded ? inbox
            : inbox is { } known ? known with { Endpoint = null }
            : null;
        var work = new SimulatedUnitOfWork(this, inbox is { } message && !alone && !embedded ? message : null);
        work.Inner = Store(work).Create(key);
        return work;
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(
        Statement statement,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken = default
    )
    {
        await node.Step("read");
        ThrowTransient("read");
        return await Store(new NullRelay()).QueryAsync(statement, read, cancellationToken);
    }

    public void Together<T>(IReadOnlyList<T> items, Action<T> start)
    {
        foreach (var item in items)
        {
            start(item);
        }
    }

    public async Task<int> ExecuteAsync(Statement statement, CancellationToken cancellationToken = default)
    {
        await node.Step("execute");
        ThrowTransient("execute");
        var rows = 0;
        await CommitAsync(
            async () => rows = await Store(new NullRelay()).ExecuteAsync(statement, cancellationToken),
            () => Task.CompletedTask
        );
        return rows;
    }

    /// <summary>A commit and what becomes of it.</summary>
    public async Task CommitAsync(Func<Task> commit, Func<Task> rollBack)
    {
        var (dice, faults) = (node.World.Dice, node.World.Faults);
        if (dice.Falls(faults.Abort))
        {
            node.World.Trace($"{node.Name} commit aborted");
            await rollBack();
            throw new SimulatedDatabaseException("40001", "The simulated database chose another transaction.");
        }

        if (dice.Falls(faults.UnknownRolledBack))
        {
            node.World.Trace($"{node.Name} commit lost");
            await rollBack();
            throw new SimulatedDatabaseException("08006", "The connection broke in mid-COMMIT.");
        }

        await commit();
        if (node.IsDead)
        {
            await node.Never;
        }

        if (dice.Falls(faults.UnknownCommitted))
        {
            node.World.Trace($"{node.Name} committed, answer lost");
            throw new SimulatedDatabaseException("08006", "The connection broke in mid-COMMIT.");
        }

        await node.Step("committed");
    }

    private SqliteStore Store(IOutboxRelay hears) =>
        new(ground.Options, ground.Writer, new CommitAnnouncer(() => hears, NullLogger<CommitAnnouncer>.Instance), node.Time);

    public void ThrowTransient(string where)
    {
        if (node.World.Dice.Falls(node.World.Faults.Transient))
        {
            node.World.Trace($"{node.Name} {where} fails");
            throw new SimulatedDatabaseException("57P01", "The simulated database went away.");
        }
    }
}

/// <summary>What a database client throws, in the terms the product sorts by.</summary>
internal sealed class SimulatedDatabaseException(string state, string message) : DbException(message)
{
    public override string SqlState => state;

    public override bool IsTransient => true;
}
