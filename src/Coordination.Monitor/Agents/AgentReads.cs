using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Reads agent types: who announced them, and the work they have. One reading for all viewers of two seconds.</summary>
internal sealed class AgentReads
{
    /// <summary>Three announcements by default (<c>WorkerOptions.AnnounceInterval</c>).</summary>
    public static readonly TimeSpan AliveFor = TimeSpan.FromSeconds(90);

    private const int MostInstances = 5_000;
    private readonly Reads reads;
    private readonly SqlDialect sql;
    private readonly TimeProvider time;
    private readonly OutboxReads outbox;
    private readonly BrokerQueues broker;
    private readonly Shared<AgentList> shared;
    private readonly Shared<IReadOnlyList<Claimed>> work;

    public AgentReads(Reads reads, OutboxReads outbox, BrokerQueues broker, TimeProvider time)
    {
        (this.reads, sql, this.outbox, this.broker, this.time) = (reads, reads.Dialect, outbox, broker, time);
        shared = new(time, TimeSpan.FromSeconds(2), ReadAsync);
        // The one reading here whose cost grows with what is under way: 50,000 open attempts are 50,000 rows.
        work = new(time, TimeSpan.FromSeconds(5), WorkAsync);
    }

    public Task<AgentList> GetAsync(CancellationToken cancellationToken) => shared.GetAsync(cancellationToken);

    private async Task<AgentList> ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var announced = await reads.QueryAsync(
            new Statement(
                $"SELECT agent_type, instance, build, contracts, compensates, last_seen_at FROM {sql.Table("coord_v1_agents")} ORDER BY agent_type, instance LIMIT {MostInstances}"
            ),
            row => new Announced(
                row.GetString(0),
                row.GetString(1),
                row.GetString(2),
                row.Texts(3),
                row.GetBoolean(4),
                sql.ReadTime(row, 5)
            ),
            cancellationToken
        );
        var onTheirWay = (await outbox.GetAsync(cancellationToken)).Endpoints;
        return new AgentList(Agents.Of(announced, await work.GetAsync(cancellationToken), onTheirWay, broker.Known, now));
    }

    private Task<IReadOnlyList<Claimed>> WorkAsync(CancellationToken cancellationToken) =>
        reads.QueryAsync(
            new Statement($"SELECT agent_type, owner, claims, waiting, oldest_wait_at FROM {sql.Table("coord_v1_agent_work")}"),
            row => new Claimed(row.GetString(0), row.Text(1), (int)row.GetInt64(2), (int)row.GetInt64(3), sql.Time(row, 4)),
            cancellationToken
        );
}

/// <summary>An instance as it announced itself.</summary>
internal sealed record Announced(
    string AgentType,
    string Instance,
    string Build,
    IReadOnlyList<string> Contracts,
    bool Compensates,
    DateTimeOffset LastSeenAt
);

/// <summary>Attempts of a type that a process has, or nobody.</summary>
internal sealed record Claimed(string AgentType, string? Owner, int Claims, int Waiting, DateTimeOffset? OldestWaitAt);
