using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Reads the situation, once for all viewers of two seconds.</summary>
internal sealed class OverviewReads
{
    private const int MostBallots = 1_000;
    private const int MostEffects = 10_000;
    private const int Waits = 10;

    private readonly Reads reads;
    private readonly SqlDialect sql;
    private readonly RunFigures runs;
    private readonly TypicalReads typical;
    private readonly BallotReads ballots;
    private readonly GroupReads letters;
    private readonly AgentReads agents;
    private readonly OutboxReads outbox;
    private readonly BrokerQueues broker;
    private readonly TimeProvider time;
    private readonly Shared<(Situation Situation, IReadOnlyList<Attention> Attention, NavCounts Nav)> situation;
    private readonly Shared<Overview> shared;

    public OverviewReads(
        Reads reads,
        RunFigures runs,
        TypicalReads typical,
        BallotReads ballots,
        GroupReads letters,
        AgentReads agents,
        OutboxReads outbox,
        BrokerQueues broker,
        TimeProvider time
    )
    {
        (this.reads, sql, this.runs, this.typical, this.ballots, this.letters, this.agents, this.outbox, this.broker, this.time) = (
            reads,
            reads.Dialect,
            runs,
            typical,
            ballots,
            letters,
            agents,
            outbox,
            broker,
            time
        );
        situation = new(time, TimeSpan.FromSeconds(2), ReadSituationAsync);
        shared = new(time, TimeSpan.FromSeconds(2), ReadAsync);
    }

    public Task<Overview> GetAsync(CancellationToken cancellationToken) => shared.GetAsync(cancellationToken);

    public async Task<NavCounts> NavAsync(CancellationToken cancellationToken) => (await situation.GetAsync(cancellationToken)).Nav;

    private async Task<Overview> ReadAsync(CancellationToken cancellationToken)
    {
        var (now, attention, nav) = await situation.GetAsync(cancellationToken);
        return new Overview(
            now.At,
            attention,
            await runs.CountsAsync(cancellationToken),
            await runs.RatesAsync(now.At, cancellationToken),
            await runs.WaitsAsync(Waits, cancellationToken),
            await typical.GetAsync(cancellationToken),
            nav
        );
    }

    private async Task<(Situation, IReadOnlyList<Attention>, NavCounts)> ReadSituationAsync(CancellationToken cancellationToken)
    {
        broker.Watch();
        var at = time.GetUtcNow();
        var now = new Situation
        {
            At = at,
            Ballots = (await ballots.PageAsync("people", null, null, MostBallots, cancellationToken)).Rows,
            Questions = await runs.QuestionsAsync(cancellationToken),
            Doubts = await DoubtsAsync(cancellationToken),
            Stuck = await runs.StuckAsync(cancellationToken),
            Letters = await letters.GetAsync(cancellationToken),
            Agents = (await agents.GetAsync(cancellationToken)).Rows,
            Outbox = (await outbox.GetAsync(cancellationToken)).Outbox,
            Failed = await runs.FailedAsync(at.AddHours(-1), cancellationToken),
        };
        var attention = AttentionList.Of(now);
        return (now, attention, AttentionList.Counts(now, attention));
    }

    private async Task<(int Count, DateTimeOffset? Since)> DoubtsAsync(CancellationToken cancellationToken) =>
        (
            await reads.QueryAsync(
                new Statement(
                    $"""
                    SELECT count(*), min(changed_at) FROM (SELECT changed_at FROM {sql.Table("coord_v1_effects")} WHERE status = 'indoubt'
                        ORDER BY changed_at LIMIT {MostEffects}) AS doubted
                    """
                ),
                row => ((int)row.GetInt64(0), sql.Time(row, 1)),
                cancellationToken
            )
        )[0];
}

/// <summary>What the navigation shows, at most two seconds old; shared with the live feed.</summary>
internal sealed class NavReads(OverviewReads overview)
{
    public Task<NavCounts> GetAsync(CancellationToken cancellationToken) => overview.NavAsync(cancellationToken);
}
