using Npgsql;
using NpgsqlTypes;

namespace Coordination.Persistence;

/// <summary>One unit of work's part in a commit, and what the commit told of it.</summary>
internal sealed class CommitMember(InboxKey? inbox, PendingChanges changes)
{
    /// <summary>The inbox row to insert; null when there is none or it is inserted already.</summary>
    public InboxKey? Inbox { get; } = inbox;

    public PendingChanges Changes { get; } = changes;

    /// <summary>The outbox row by which the message was handed over inside the process: it goes with this commit.</summary>
    public long? HandedOver { get; init; }

    /// <summary>Embedded mode: settles the row by message and endpoint.</summary>
    public Statement? Settlement { get; init; }

    /// <summary>Ids of the stored messages, in order.</summary>
    public long[] Ids { get; set; } = [];

    /// <summary>Ordered rows stored before by the same groups and not delivered yet, rising.</summary>
    public List<long> Older { get; } = [];
}

/// <summary>
/// The one round trip of a commit, of one unit of work or of many, in this order: inbox rows, the collected statements, timers cancelled and moved,
/// settled rows, older pending rows of the groups, new timers, new messages. An error in any of them makes the server skip the rest,
/// the commit included.
/// </summary>
/// <param name="batch">Filled and sent.</param>
/// <param name="chains">Members that write the same row one after the other are one chain, in that order.</param>
internal sealed class PostgresCommit(NpgsqlBatch batch, IReadOnlyList<CommitMember[]> chains)
{
    private readonly CommitMember[] members = chains.Count == 1 ? chains[0] : [.. chains.SelectMany(chain => chain)];
    private const int OlderLimit = 200;
    private const string OlderColumn = "coordination_older_id";
    private readonly Dictionary<NpgsqlBatchCommand, string> guards = [];
    private NpgsqlBatchCommand? inboxCommand;

    /// <summary>Fills the batch.</summary>
    public void Write(TimeSpan grace)
    {
        AddInbox();
        foreach (var step in GroupPlan.Of(chains.Select(chain => Statements(chain))))
        {
            foreach (var command in step.ToBatchCommands())
            {
                if (step[0].MustAffect is { } guard)
                {
                    guards.Add(command, guard);
                }

                batch.BatchCommands.Add(command);
            }
        }

        AddTimerChanges();
        AddHandedOver();
        AddOlder();
        var timers = All(member => member.Changes.Timers);
        if (timers.Count > 0)
        {
            batch.BatchCommands.Add(PostgresOutboxInsert.Timers(timers));
        }

        var messages = All(member => member.Changes.Messages);
        if (messages.Count > 0)
        {
            batch.BatchCommands.Add(PostgresOutboxInsert.Messages(messages, grace));
        }
    }

    /// <summary>
    /// Sends the batch and reads every result: an error shows only where its result is read. Inside a transaction that is open already
    /// (<paramref name="commits"/>) COMMIT goes at its end; otherwise the batch is a transaction of its own.
    /// </summary>
    public async Task RunAsync(bool commits, CancellationToken cancellationToken)
    {
        if (batch.BatchCommands.Count == 0)
        {
            // COMMIT of a transaction that foreign code has broken answers ROLLBACK and no error. Any other statement fails.
            AddText("SELECT 1");
        }

        if (commits)
        {
            AddText("COMMIT");
        }

        var ids = new List<long>();
        var older = new List<(Guid Group, long Id)>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        Failpoint.Hit(Failpoints.CommitSent);
        do
        {
            switch (reader.FieldCount > 0 ? reader.GetName(0) : null)
            {
                case PostgresOutboxInsert.IdColumn:
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        ids.Add(reader.GetInt64(0));
                    }

                    break;
                case OlderColumn:
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        older.Add((reader.GetGuid(1), reader.GetInt64(0)));
                    }

                    break;
            }
        } while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));

        Share(ids, older);
    }

    /// <summary>True when the error says that an inbox row exists.</summary>
    public bool IsDuplicate(PostgresException error) => IsGuard(error) && ReferenceEquals(error.BatchCommand, inboxCommand);

    /// <summary>The guard that failed; null when the error is another one.</summary>
    public string? FailedGuard(PostgresException error) =>
        IsGuard(error) && error.BatchCommand is { } command ? guards.GetValueOrDefault(command) : null;

    private static bool IsGuard(PostgresException error) => error.SqlState == PostgresErrorCodes.DivisionByZero;

    private static IReadOnlyList<Statement> Statements(CommitMember[] chain) =>
        chain.Length == 1 ? Statements(chain[0]) : [.. chain.SelectMany(Statements)];

    private static IReadOnlyList<Statement> Statements(CommitMember member) =>
        member.Settlement is { } settlement ? [settlement, .. member.Changes.Statements] : member.Changes.Statements;

    private List<OutgoingMessage> All(Func<CommitMember, IReadOnlyList<OutgoingMessage>> of)
    {
        var all = new List<OutgoingMessage>(members.Length);
        foreach (var member in members)
        {
            all.AddRange(of(member));
        }

        return all;
    }

    private void AddInbox()
    {
        var keys = new List<InboxKey>(members.Length);
        foreach (var member in members)
        {
            if (member.Inbox is { } key)
            {
                keys.Add(key);
            }
        }

        if (keys.Count > 0)
        {
            inboxCommand = keys.Count == 1 ? PostgresInbox.Insert(keys[0], guarded: true) : PostgresInbox.InsertMany(keys, guarded: true);
            batch.BatchCommands.Add(inboxCommand);
        }
    }

    private void AddTimerChanges()
    {
        var cancelled = members.SelectMany(member => member.Changes.Cancelled).ToArray();
        if (cancelled.Length > 0)
        {
            AddText("DELETE FROM coordination.outbox WHERE token = ANY($1)", (cancelled, NpgsqlDbType.Uuid | NpgsqlDbType.Array));
        }

        var moved = members.SelectMany(member => member.Changes.Moved).ToArray();
        if (moved.Length > 0)
        {
            AddText(
                "UPDATE coordination.outbox o SET due_at = clock_timestamp() + m.delay * interval '1 millisecond' "
                    + "FROM unnest($1, $2) AS m(token, delay) WHERE o.token = m.token AND o.handed_over_at IS NULL",
                (Array.ConvertAll(moved, m => m.Key), NpgsqlDbType.Uuid | NpgsqlDbType.Array),
                (Array.ConvertAll(moved, m => (long)m.Value.TotalMilliseconds), NpgsqlDbType.Bigint | NpgsqlDbType.Array)
            );
        }
    }

    private void AddHandedOver()
    {
        var rows = members.Where(member => member.HandedOver is not null).Select(member => member.HandedOver!.Value).ToArray();
        if (rows.Length > 0)
        {
            AddText("DELETE FROM coordination.outbox WHERE id = ANY($1)", (rows, NpgsqlDbType.Bigint | NpgsqlDbType.Array));
        }
    }

    private void AddOlder()
    {
        var groups = members.SelectMany(member => member.Changes.OrderedGroups()).Distinct().ToArray();
        if (groups.Length > 0)
        {
            // The newest of the older ones: they themselves leave in order, so whoever waits for these has waited for all.
            AddText(
                $"SELECT o.id AS {OlderColumn}, g.id FROM unnest($1) AS g(id) CROSS JOIN LATERAL (SELECT id FROM coordination.outbox WHERE group_id = g.id "
                    + $"AND ordered AND (handed_over_at IS NULL OR due_at <= clock_timestamp()) ORDER BY id DESC LIMIT {OlderLimit}) o",
                (groups, NpgsqlDbType.Uuid | NpgsqlDbType.Array)
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

    /// <summary>Gives each member its ids: messages were stored in the members' order, so their sorted ids are in that order, too.</summary>
    private void Share(List<long> ids, List<(Guid Group, long Id)> older)
    {
        ids.Sort();
        var next = 0;
        foreach (var member in members)
        {
            member.Ids = [.. ids.GetRange(next, member.Changes.Messages.Count)];
            next += member.Ids.Length;
            if (older.Count > 0)
            {
                var groups = member.Changes.OrderedGroups();
                member.Older.AddRange(older.Where(row => groups.Contains(row.Group)).Select(row => row.Id).Order());
            }
        }
    }
}
