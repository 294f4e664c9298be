using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>
/// The invariants. What was committed is read from the triggers' tables, what was published is seen at the broker; nothing is asked of the product.
/// </summary>
internal sealed class Checks(World world)
{
    private readonly HashSet<long> published = [];
    private readonly Dictionary<Guid, int> copies = [];
    private readonly List<string> violations = [];

    public bool Failed => violations.Count > 0;

    public IReadOnlyList<string> Violations => violations;

    public void Violated(string invariant, string what)
    {
        if (violations.Count < 5)
        {
            world.Trace($"VIOLATED {invariant}");
            violations.Add($"{invariant}: {what}");
        }
    }

    /// <summary>The broker takes a message: it must be committed (I-5), its turn (I-7) and, a timer, due (I-17).</summary>
    public void Accepted(OutgoingMessage message)
    {
        world.Trace($"accepted {message.MessageType} for {message.Destination}");
        Left(message, "published");
    }

    private void Left(OutgoingMessage message, string how)
    {
        copies[message.MessageId] = copies.GetValueOrDefault(message.MessageId) + 1;
        var rows = world.Ground.Read(
            "SELECT outbox_id, ordered, group_id, token, due_at, forbidden FROM sim_sent WHERE message_id = @id",
            row => new Stored(
                row.GetInt64(0),
                row.GetBoolean(1),
                row.IsDBNull(2) ? null : row.GetString(2),
                !row.IsDBNull(3),
                row.GetInt64(4),
                row.GetInt64(5) == 1
            ),
            ("id", Text(message.MessageId))
        );
        if (rows is not [var stored, ..])
        {
            Violated("I-5", $"{how} and not committed: {message.MessageType} to {message.Destination}");
            return;
        }

        var isFirst = published.Add(stored.Id);
        if (stored.IsTimer && isFirst && stored.DueAt > world.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000)
        {
            Violated("I-17", $"timer {message.MessageType} {how} before its time");
        }

        if (stored.Forbidden)
        {
            Violated("I-17", $"timer {message.MessageType} {how} after it was cancelled");
        }

        if (
            stored.Ordered
            && isFirst
            && Older(stored).FirstOrDefault(id => !published.Contains(id) && !world.IsGiven(id)) is > 0 and var older
        )
        {
            Violated("I-7", $"row {stored.Id} of its group was {how} before row {older}");
        }
    }

    /// <summary>
    /// Rows that wait at an endpoint of a process that ends. They have left in their order; that they leave again, and then behind younger rows, is what
    /// hand-over costs.
    /// </summary>
    public void HandedOver(IEnumerable<long> rows) => published.UnionWith(rows);

    /// <summary>A row reaches an endpoint of its own process: the same holds as for one that reaches the broker.</summary>
    public void HandedOver(OutboxRow row)
    {
        world.Trace($"handed over {row.Message.MessageType}");
        Left(row.Message, "handed over");
    }

    /// <summary>Why there is no rest yet; null when there is.</summary>
    public string? Unrest()
    {
        if (world.Ground.Count("SELECT count(*) FROM sim_request") is var made && made < world.Ledger.Requests)
        {
            return $"{made} of {world.Ledger.Requests} requests made";
        }

        if (world.Broker.Queues.FirstOrDefault(queue => queue.Count > 0) is { } queue)
        {
            return $"{queue.Count} messages in {queue.Name}";
        }

        return world.Ground.Count("SELECT count(*) FROM outbox") is > 0 and var pending
            ? $"{pending} rows in the outbox"
            : world.Runs.Unrest();
    }

    /// <summary>At rest: every account must be even.</summary>
    public void Audit()
    {
        None(
            "I-2",
            "SELECT producer || '/' || number FROM sim_request GROUP BY producer, number HAVING count(*) > 1",
            "request made more than once"
        );
        None(
            "I-3",
            "SELECT consumer || ' ' || what FROM sim_effect GROUP BY consumer, message_id HAVING count(*) > 1",
            "effect more than once"
        );
        None(
            "I-3",
            "SELECT consumer || ' ' || what FROM sim_effect WHERE what LIKE 'timer/%' GROUP BY what HAVING count(*) > 1",
            "timer fired more than once"
        );
        None(
            "I-5",
            "SELECT consumer || ' ' || what FROM sim_effect e WHERE NOT EXISTS (SELECT 1 FROM sim_sent s WHERE s.message_id = e.message_id)",
            "effect of a message that was never committed"
        );
        foreach (var endpoint in LedgerWork.Auditors.Append(LedgerWork.Endpoint))
        {
            var exchange = endpoint == LedgerWork.Endpoint ? endpoint : LedgerWork.Exchange;
            if (world.Scenario is { Embedded: true, Calm: false } && exchange == LedgerWork.Exchange)
            {
                // Nobody settles an event: the in-memory transport may lose it in a crash.
                continue;
            }

            None(
                "I-4",
                $"""
                SELECT message_type || ' ' || outbox_id FROM sim_sent s WHERE endpoint = '{exchange}' AND forbidden = 0 AND NOT EXISTS (
                    SELECT 1 FROM sim_effect e WHERE e.message_id = s.message_id AND e.consumer = '{endpoint}')
                """,
                $"message without effect at {endpoint}"
            );
        }

        None("I-4", "SELECT reason || ' ' || detail FROM dead_letter WHERE message_type NOT LIKE '%.v1'", "message parked");
        var inbox = world.Ground.Count("SELECT count(*) FROM inbox");
        var handled =
            world.Ground.Count("SELECT count(*) FROM (SELECT DISTINCT consumer, message_id FROM sim_effect)")
            + world.Ground.Count("SELECT count(*) FROM (SELECT DISTINCT producer, number FROM sim_request)");
        if (inbox < handled || (world.Scenario.Runs == 0 && inbox != handled))
        {
            Violated("I-4", $"{inbox} inbox rows for {handled} handled messages");
        }

        if (world.Scenario.Calm && copies.Where(copy => copy.Value > 1).Select(copy => copy.Key).ToList() is [var twice, ..])
        {
            Violated("I-6", $"message {Name(twice)} was published {copies[twice]} times although nothing went wrong");
        }

        world.Runs.Audit();
    }

    /// <summary>A query that must find nothing.</summary>
    public void None(string invariant, string query, string meaning)
    {
        if (world.Ground.Read(query, row => row.GetString(0)) is [var first, ..] found)
        {
            Violated(invariant, $"{meaning}: {first}{(found.Count > 1 ? $" and {found.Count - 1} more" : "")}");
        }
    }

    private List<long> Older(Stored stored) =>
        world.Ground.Read(
            "SELECT outbox_id FROM sim_sent WHERE group_id = @group AND ordered AND outbox_id < @id",
            row => row.GetInt64(0),
            ("group", stored.Group),
            ("id", stored.Id)
        );

    private string Name(Guid message) =>
        world.Ground.Read("SELECT message_type FROM sim_sent WHERE message_id = @id", row => row.GetString(0), ("id", Text(message)))[0];

    private static string Text(Guid id) => id.ToString().ToUpperInvariant();

    private sealed record Stored(long Id, bool Ordered, string? Group, bool IsTimer, long DueAt, bool Forbidden);
}
