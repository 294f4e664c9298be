using System.Data.Common;
using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>
/// A unit of work of the product with a network and a fate in front of its commit:
/// committed and told, rolled back and told, or the answer lost with either of the two behind it. A crash of its process rolls it back.
/// </summary>
internal sealed class SimulatedUnitOfWork(SimulatedUnits units, InboxKey? optimistic) : IUnitOfWork, IOutboxRelay
{
    private readonly List<Action> committed = [];
    private readonly List<Action<IOutboxRelay>> announced = [];
    private bool ended;

    public IUnitOfWork Inner { get; set; } = null!;

    public SqlDialect Dialect => units.Dialect;

    private Node Node => units.Node;

    private World World => units.Node.World;

    public bool IsDuplicate { get; private set; }

    public async ValueTask<bool> BeginAsync(CancellationToken cancellationToken = default)
    {
        if (optimistic is { } key)
        {
            var known = await units.QueryAsync(
                new Statement(
                    "SELECT 1 FROM inbox WHERE consumer_id = @consumer AND message_id = @message",
                    ("consumer", key.ConsumerId, ColumnKind.Uuid),
                    ("message", key.MessageId, ColumnKind.Uuid)
                ),
                row => row.GetInt32(0),
                cancellationToken
            );
            IsDuplicate |= known.Count > 0;
            return !IsDuplicate;
        }

        await OpenAsync("begin");
        var isNew = await Inner.BeginAsync(cancellationToken);
        IsDuplicate = !isNew;
        await AliveAsync();
        return isNew;
    }

    public async ValueTask<IReadOnlyList<T>> QueryAsync<T>(
        Statement statement,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken = default
    )
    {
        if (optimistic is not null)
        {
            return await units.QueryAsync(statement, read, cancellationToken);
        }

        await OpenAsync("query");
        var rows = await Inner.QueryAsync(statement, read, cancellationToken);
        await AliveAsync();
        return rows;
    }

    public async ValueTask<T?> LoadAsync<T>(KeyedRead<T> read, Guid id, CancellationToken cancellationToken = default)
        where T : class
    {
        var rows = await QueryAsync(new Statement(read.Locked, ("id", id, ColumnKind.Uuid)), read.Read, cancellationToken);
        return rows.Count == 0 ? null : rows[0];
    }

    public void HandOn<T>(KeyedRead<T> read, Guid id, T? row)
        where T : class => Inner.HandOn(read, id, row);

    public void Execute(Statement statement) => Inner.Execute(statement);

    public void Send(OutgoingMessage message) => Inner.Send(message);

    public void CancelTimer(Guid token) => Inner.CancelTimer(token);

    public void MoveTimer(Guid token, TimeSpan delay) => Inner.MoveTimer(token, delay);

    public ValueTask<DbTransaction> GetTransactionAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("The simulation has no code that brings its own commands.");

    public void OnCommitted(Action action) => committed.Add(action);

    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        await OpenAsync("commit");
        await units.CommitAsync(
            async () =>
            {
                await Inner.CommitAsync(cancellationToken);
                IsDuplicate = Inner.IsDuplicate;
                Close();
            },
            EndAsync
        );
        if (IsDuplicate)
        {
            return;
        }

        foreach (var announce in announced)
        {
            announce(units.Relay);
        }

        foreach (var action in committed)
        {
            action();
        }
    }

    /// <summary>The process is gone: the database rolls back what was open.</summary>
    public void Abandon()
    {
        var disposing = Inner.DisposeAsync();
        if (!disposing.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("SQLite's unit of work ends at once.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Node.IsDead)
        {
            return;
        }

        Close();
        await Inner.DisposeAsync();
    }

    void IOutboxRelay.Committed(IReadOnlyList<OutboxRow> rows, IReadOnlyList<long> olderPending) =>
        announced.Add(relay => relay.Committed(rows, olderPending));

    void IOutboxRelay.TimerStored(TimeSpan delay) => announced.Add(relay => relay.TimerStored(delay));

    private async Task OpenAsync(string point)
    {
        await Node.Step(point);
        try
        {
            units.ThrowTransient(point);
        }
        catch
        {
            await EndAsync();
            throw;
        }

        if (!ended)
        {
            Node.Opened(this);
        }
    }

    /// <summary>What came back to a process that has crashed in the meantime comes back to nobody.</summary>
    private async Task AliveAsync()
    {
        if (Node.IsDead)
        {
            Abandon();
            await Node.Never;
        }
    }

    private async Task EndAsync()
    {
        Close();
        await Inner.DisposeAsync();
    }

    private void Close()
    {
        ended = true;
        Node.Closed(this);
    }
}
