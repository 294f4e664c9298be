using Npgsql;
using NpgsqlTypes;

namespace Coordination.Persistence;

/// <summary>
/// The one round trip of a commit, in this order: the inbox row (when the transaction opens here), the collected statements, timers cancelled and
/// moved, the settled row (embedded), older pending rows of the groups, new timers, new messages, COMMIT. An error in any of
/// them makes the server skip the rest, COMMIT included.
/// </summary>
internal sealed class PostgresCommit
{
    private const int OlderLimit = 200;
    private const string OlderColumn = "coordination_older_id";
    private readonly NpgsqlBatch batch;
    private readonly PendingChanges changes;
    private readonly Dictionary<NpgsqlBatchCommand, string> guards = [];
    private NpgsqlBatchCommand? inboxCommand;

    public PostgresCommit(NpgsqlBatch batch, PendingChanges changes)
    {
        this.batch = batch;
        this.changes = changes;
    }

    /// <summary>Ids of the stored messages, in order.</summary>
    public List<long> Ids { get; } = [];

    /// <summary>Ordered rows stored before by the same groups and not delivered yet.</summary>
    public List<long> Older { get; } = [];

    public void InsertInbox(InboxKey key)
    {
        inboxCommand = PostgresInbox.Insert(key, guarded: true);
        batch.BatchCommands.Add(inboxCommand);
    }

    public void Add(Statement statement)
    {
        var command = statement.ToBatchCommand();
        if (statement.MustAffect is { } guard)
        {
            guards.Add(command, guard);
        }

        batch.BatchCommands.Add(command);
    }

    public void AddChanges(TimeSpan grace)
    {
        foreach (var statement in changes.Statements)
        {
            Add(statement);
        }

        AddTimerChanges();
        if (changes.OrderedGroups() is { Length: > 0 } groups)
        {
            // The newest of the older ones: they themselves leave in order, so whoever waits for these has waited for all.
            AddText(
                $"SELECT o.id AS {OlderColumn} FROM unnest($1) AS g(id) CROSS JOIN LATERAL (SELECT id FROM coordination.outbox WHERE group_id = g.id "
                    + $"AND ordered AND (handed_over_at IS NULL OR due_at <= clock_timestamp()) ORDER BY id DESC LIMIT {OlderLimit}) o",
                (groups, NpgsqlDbType.Uuid | NpgsqlDbType.Array)
            );
        }

        if (changes.Timers.Count > 0)
        {
            batch.BatchCommands.Add(PostgresOutboxInsert.Timers(changes.Timers));
        }

        if (changes.Messages.Count > 0)
        {
            batch.BatchCommands.Add(PostgresOutboxInsert.Messages(changes.Messages, grace));
        }
    }

    /// <summary>Sends the batch with COMMIT at its end and reads every result: an error shows only where its result is read.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (batch.BatchCommands.Count == 0)
        {
            // COMMIT of a transaction that foreign code has broken answers ROLLBACK and no error. Any other statement fails.
            AddText("SELECT 1");
        }

        AddText("COMMIT");
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        Failpoint.Hit(Failpoints.CommitSent);
        do
        {
            var target = reader.FieldCount == 1 ? ResultFor(reader.GetName(0)) : null;
            while (await reader.ReadAsync(cancellationToken))
            {
                target?.Add(reader.GetInt64(0));
            }
        } while (await reader.NextResultAsync(cancellationToken));

        Ids.Sort();
        Older.Sort();
    }

    /// <summary>True when the error says that the inbox row exists.</summary>
    public bool IsDuplicate(PostgresException error) => IsGuard(error) && ReferenceEquals(error.BatchCommand, inboxCommand);

    /// <summary>The guard that failed; null when the error is another one.</summary>
    public string? FailedGuard(PostgresException error) =>
        IsGuard(error) && error.BatchCommand is { } command ? guards.GetValueOrDefault(command) : null;

    private static bool IsGuard(PostgresException error) => error.SqlState == PostgresErrorCodes.DivisionByZero;

    private List<long>? ResultFor(string column) =>
        column switch
        {
            PostgresOutboxInsert.IdColumn => Ids,
            OlderColumn => Older,
            _ => null,
        };

    private void AddTimerChanges()
    {
        if (changes.Cancelled.Count > 0)
        {
            AddText(
                "DELETE FROM coordination.outbox WHERE token = ANY($1)",
                (changes.Cancelled.ToArray(), NpgsqlDbType.Uuid | NpgsqlDbType.Array)
            );
        }

        if (changes.Moved.Count > 0)
        {
            AddText(
                "UPDATE coordination.outbox o SET due_at = clock_timestamp() + m.delay * interval '1 millisecond' "
                    + "FROM unnest($1, $2) AS m(token, delay) WHERE o.token = m.token AND o.handed_over_at IS NULL",
                (changes.Moved.Keys.ToArray(), NpgsqlDbType.Uuid | NpgsqlDbType.Array),
                (changes.Moved.Values.Select(delay => (long)delay.TotalMilliseconds).ToArray(), NpgsqlDbType.Bigint | NpgsqlDbType.Array)
            );
        }
    }

    private void AddText(string text, params (object Value, NpgsqlDbType Type)[] parameters)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var (value, type) in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
        }

        batch.BatchCommands.Add(command);
    }
}
