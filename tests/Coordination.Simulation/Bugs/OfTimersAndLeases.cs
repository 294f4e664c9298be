using System.Data.Common;
using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>Cancelling a timer is forgotten.</summary>
internal sealed class TimerNotCancelled : Bug
{
    public override IUnitOfWorkFactory Units(Node node, SimulatedUnits units) =>
        new WrappedUnits(units, (key, alone) => new Work(units.Create(key, alone)));

    private sealed class Work(IUnitOfWork inner) : WrappedWork(inner)
    {
        public override void CancelTimer(Guid token) { }
    }
}

/// <summary>A timer is moved by storing a second one, and the first is not taken away.</summary>
internal sealed class TimerMovedByCopy : Bug
{
    public override IUnitOfWorkFactory Units(Node node, SimulatedUnits units)
    {
        var known = new Dictionary<Guid, OutgoingMessage>();
        return new WrappedUnits(units, (key, alone) => new Work(node, units.Create(key, alone), known));
    }

    private sealed class Work(Node node, IUnitOfWork inner, Dictionary<Guid, OutgoingMessage> known) : WrappedWork(inner)
    {
        public override void Send(OutgoingMessage message)
        {
            base.Send(message);
            if (message.Token is { } token)
            {
                known[token] = message;
            }
        }

        public override void MoveTimer(Guid token, TimeSpan delay)
        {
            if (known.TryGetValue(token, out var timer))
            {
                Inner.Send(timer with { MessageId = node.World.Dice.Id(), Token = node.World.Dice.Id(), Delay = delay });
            }
        }
    }
}

/// <summary>The sweep looks a second ahead: nearly due is as good as due.</summary>
internal sealed class TimerEarly : Bug
{
    public override IUnitOfWorkFactory Units(Node node, SimulatedUnits units) =>
        new WrappedUnits(units, (key, alone) => new Work(units.Create(key, alone)));

    private sealed class Work(IUnitOfWork inner) : WrappedWork(inner)
    {
        public override async ValueTask<IReadOnlyList<T>> QueryAsync<T>(
            Statement statement,
            Func<DbDataReader, T> read,
            CancellationToken cancellationToken = default
        ) => await base.QueryAsync(Early(statement), read, cancellationToken);

        private Statement Early(Statement statement) =>
            statement.Text.Contains("UPDATE outbox SET due_at", StringComparison.Ordinal)
                ? statement with
                {
                    Text = statement.Text.Replace(
                        $"SELECT {Dialect.Now} AS t",
                        $"SELECT {Dialect.NowPlus("1000")} AS t",
                        StringComparison.Ordinal
                    ),
                }
                : statement;
    }
}

/// <summary>A claim is taken over although its owner's lease still runs.</summary>
internal sealed class TakeoverBeforeLeaseEnd : Bug
{
    public override IUnitOfWorkFactory Units(Node node, SimulatedUnits units) =>
        new WrappedUnits(new Counting(units), (key, alone) => new Work(units.Create(key, alone)));

    private static Statement Impatient(Statement statement, SqlDialect sql) =>
        statement.Text.Contains("step_claim", StringComparison.Ordinal)
            ? statement with
            {
                Text = statement.Text.Replace($"AND expires_at <= (SELECT {sql.Now})", "", StringComparison.Ordinal),
            }
            : statement;

    private sealed class Work(IUnitOfWork inner) : WrappedWork(inner)
    {
        public override ValueTask<IReadOnlyList<T>> QueryAsync<T>(
            Statement statement,
            Func<DbDataReader, T> read,
            CancellationToken cancellationToken = default
        ) => base.QueryAsync(Impatient(statement, Dialect), read, cancellationToken);
    }

    private sealed class Counting(IUnitOfWorkFactory inner) : IUnitOfWorkFactory
    {
        public SqlDialect Dialect => inner.Dialect;

        public IUnitOfWork Create(InboxKey? inbox = null, bool alone = false) => inner.Create(inbox, alone);

        public void Together<T>(IReadOnlyList<T> items, Action<T> start) => inner.Together(items, start);

        public Task<IReadOnlyList<T>> QueryAsync<T>(
            Statement statement,
            Func<DbDataReader, T> read,
            CancellationToken cancellationToken = default
        ) => inner.QueryAsync(Impatient(statement, Dialect), read, cancellationToken);

        public Task<int> ExecuteAsync(Statement statement, CancellationToken cancellationToken = default) =>
            inner.ExecuteAsync(statement, cancellationToken);
    }
}
