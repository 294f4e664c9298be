using Coordination.Persistence;
using Coordination.Sagas.Runs;

namespace Coordination.Monitor;

/// <summary>Gathers <see cref="StuckFacts"/>: seven small queries for many runs at once, all by keys.</summary>
internal sealed class StuckReads(IQueries queries)
{
    private const int MostMessages = 5_000;
    private readonly SqlDialect sql = queries.Dialect;

    public async Task<IReadOnlyList<StuckFacts>> OfAsync(IReadOnlyList<RunSource> runs, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. runs.Select(run => run.RunId)];
        if (ids.Length == 0)
            return [];
        var byRun = new StatementParameter("runs", ids, ColumnKind.Uuid);
        var now = (await queries.QueryAsync(new Statement($"SELECT {sql.Now}"), row => sql.ReadTime(row, 0), cancellationToken))[0];
        var steps = (
            await queries.QueryAsync(
                new Statement(
                    $"SELECT s.run_id, s.step_id, s.status, s.attempt, s.agent_type, s.wait_ends_at, s.waiting_on, p.undone_by FROM {sql.Table("coord_v1_steps")} s "
                        + $"JOIN {sql.Table("coord_v1_plan_steps")} p ON p.run_id = s.run_id AND p.step_id = s.step_id WHERE {sql.AnyOf("s.run_id", "@runs")} "
                        + "AND s.status IN ('dispatched', 'retry-wait', 'input-wait', 'ballot-wait', 'compensating', 'compensation-wait')",
                    byRun
                ),
                row => new Row(
                    sql.ReadGuid(row, 0),
                    row.GetString(1),
                    row.GetString(2),
                    row.GetInt32(3),
                    row.GetString(4),
                    sql.Time(row, 5),
                    row.Text(6),
                    row.Text(7)
                ),
                cancellationToken
            )
        ).ToLookup(step => step.RunId);
        var claims = (
            await queries.QueryAsync(
                new Statement(
                    $"SELECT run_id, step_id, attempt, owner, claimed_at, expires_at FROM {sql.Table("coord_v1_claims")} "
                        + $"WHERE state = 'open' AND {sql.AnyOf("run_id", "@runs")}",
                    byRun
                ),
                row =>
                    (
                        Key: (sql.ReadGuid(row, 0), row.GetString(1), row.GetInt32(2)),
                        Claim: new StuckClaim(row.Text(3), sql.ReadTime(row, 4), sql.ReadTime(row, 5))
                    ),
                cancellationToken
            )
        ).ToLookup(row => row.Key, row => row.Claim);
        var last = (
            await queries.QueryAsync(
                new Statement(
                    $"SELECT run_id, max(at) FROM {sql.Table("coord_v1_history")} WHERE {sql.AnyOf("run_id", "@runs")} GROUP BY run_id",
                    byRun
                ),
                row => (RunId: sql.ReadGuid(row, 0), At: sql.ReadTime(row, 1)),
                cancellationToken
            )
        ).ToDictionary(row => row.RunId, row => row.At);
        var unsent = await UnsentAsync(byRun, cancellationToken);
        var parked = await ParkedAsync(byRun, cancellationToken);
        var all = steps.SelectMany(group => group).ToList();
        var timers = await TimersAsync(all, cancellationToken);
        var ballots = await BallotsAsync(all, cancellationToken);
        var agents = await AgentsAsync([.. all.Select(Agent).Distinct(StringComparer.Ordinal)], now, cancellationToken);
        return
        [
            .. runs.Select(run => new StuckFacts
            {
                RunId = run.RunId,
                Now = now,
                LastProgressAt = last.GetValueOrDefault(run.RunId, run.AcceptedAt),
                Steps =
                [
                    .. steps[run.RunId]
                        .Select(step => new StuckStep(
                            step.StepId,
                            step.Status,
                            step.Attempt,
                            Agent(step),
                            step.WaitEndsAt,
                            timers.TryGetValue(Token(step), out var due) ? due : null,
                            claims[(step.RunId, step.StepId, step.Attempt)].FirstOrDefault(),
                            agents[Agent(step)],
                            BallotOf(step) is { } ballot ? ballots.GetValueOrDefault(ballot) : null
                        )),
                ],
                Unsent = [.. unsent[run.RunId]],
                Parked = [.. parked[run.RunId]],
            }),
        ];
    }

    private async Task<ILookup<Guid, UnsentMessage>> UnsentAsync(StatementParameter byRun, CancellationToken cancellationToken) =>
        (
            await queries.QueryAsync(
                new Statement(
                    $"SELECT group_id, message_type, endpoint, created_at, attempts, last_error FROM {sql.Table("outbox")} "
                        // In the embedded form a row stays until its receiver has committed: handed over it has left.
                        + $"WHERE ordered AND {sql.AnyOf("group_id", "@runs")} AND token IS NULL AND handed_over_at IS NULL LIMIT @limit",
                    byRun,
                    ("limit", (long)MostMessages, ColumnKind.Int64)
                ),
                row =>
                    (
                        RunId: sql.ReadGuid(row, 0),
                        Message: new UnsentMessage(row.GetString(1), row.GetString(2), sql.ReadTime(row, 3), row.GetInt32(4), row.Text(5))
                    ),
                cancellationToken
            )
        ).ToLookup(row => row.RunId, row => row.Message);

    private async Task<ILookup<Guid, ParkedMessage>> ParkedAsync(StatementParameter byRun, CancellationToken cancellationToken) =>
        (
            await queries.QueryAsync(
                new Statement(
                    $"SELECT group_id, id, message_type, endpoint, reason FROM {sql.Table("dead_letter")} "
                        + $"WHERE group_id IS NOT NULL AND {sql.AnyOf("group_id", "@runs")} AND state = 'open' ORDER BY id LIMIT @limit",
                    byRun,
                    ("limit", (long)MostMessages, ColumnKind.Int64)
                ),
                row =>
                    (
                        RunId: sql.ReadGuid(row, 0),
                        Letter: new ParkedMessage(row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4))
                    ),
                cancellationToken
            )
        ).ToLookup(row => row.RunId, row => row.Letter);

    private async Task<IReadOnlyDictionary<Guid, DateTimeOffset>> TimersAsync(IReadOnlyList<Row> steps, CancellationToken cancellationToken)
    {
        Guid[] tokens = [.. steps.Select(Token)];
        if (tokens.Length == 0)
            return new Dictionary<Guid, DateTimeOffset>();
        return (
            await queries.QueryAsync(
                new Statement(
                    $"SELECT token, due_at FROM {sql.Table("outbox")} WHERE token IS NOT NULL AND {sql.AnyOf("token", "@tokens")}",
                    ("tokens", tokens, ColumnKind.Uuid)
                ),
                row => (Token: sql.ReadGuid(row, 0), DueAt: sql.ReadTime(row, 1)),
                cancellationToken
            )
        ).ToDictionary(row => row.Token, row => row.DueAt);
    }

    private async Task<IReadOnlyDictionary<Guid, StuckBallot>> BallotsAsync(IReadOnlyList<Row> steps, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. steps.Select(BallotOf).OfType<Guid>()];
        if (ids.Length == 0)
            return new Dictionary<Guid, StuckBallot>();
        return (
            await queries.QueryAsync(
                new Statement(
                    $"SELECT ballot_id, status, ends_at FROM {sql.Table("coord_v1_ballots")} WHERE {sql.AnyOf("ballot_id", "@ballots")}",
                    ("ballots", ids, ColumnKind.Uuid)
                ),
                row => (Id: sql.ReadGuid(row, 0), Ballot: new StuckBallot(row.GetString(1) != "decided", sql.Time(row, 2))),
                cancellationToken
            )
        ).ToDictionary(row => row.Id, row => row.Ballot);
    }

    private async Task<IReadOnlyDictionary<string, AgentPresence>> AgentsAsync(
        string[] types,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var none = types.ToDictionary(type => type, _ => new AgentPresence(0, null, 0), StringComparer.Ordinal);
        if (types.Length == 0)
            return none;
        var byType = new StatementParameter("types", types, ColumnKind.Text);
        var seen = await queries.QueryAsync(
            new Statement(
                $"SELECT agent_type, last_seen_at FROM {sql.Table("coord_v1_agents")} WHERE {sql.AnyOf("agent_type", "@types")}",
                byType
            ),
            row => (Type: row.GetString(0), At: sql.ReadTime(row, 1)),
            cancellationToken
        );
        var working = (
            await queries.QueryAsync(
                new Statement(
                    $"SELECT agent_type, count(*) FROM {sql.Table("coord_v1_claims")} WHERE state = 'open' AND owner IS NOT NULL AND expires_at > (SELECT {sql.Now}) "
                        + $"AND {sql.AnyOf("agent_type", "@types")} GROUP BY agent_type",
                    byType
                ),
                row => (Type: row.GetString(0), Count: (int)row.GetInt64(1)),
                cancellationToken
            )
        ).ToDictionary(row => row.Type, row => row.Count, StringComparer.Ordinal);
        foreach (var instances in seen.GroupBy(instance => instance.Type, StringComparer.Ordinal))
        {
            none[instances.Key] = new AgentPresence(
                instances.Count(instance => now - instance.At < StuckRun.AliveFor),
                instances.Max(instance => instance.At),
                working.GetValueOrDefault(instances.Key)
            );
        }
        return none;
    }

    private static string Agent(Row step) => StepWords.IsUndone(step.Status) ? step.UndoneBy ?? step.AgentType : step.AgentType;

    private static Guid Token(Row step) =>
        new RunTimer(
            step.Status switch
            {
                StepWords.Dispatched or StepWords.Compensating => RunTimerKind.Timeout,
                StepWords.RetryWait or StepWords.CompensationWait => RunTimerKind.Retry,
                _ => RunTimerKind.Question,
            },
            step.StepId,
            step.Attempt
        ).Token(step.RunId);

    internal static Guid? BallotOf(string status, string? waitingOn) =>
        status == StepWords.BallotWait && waitingOn?.Split(' ') is [.., var id] && Guid.TryParse(id, out var ballot) ? ballot : null;

    private static Guid? BallotOf(Row step) => BallotOf(step.Status, step.WaitingOn);

    private sealed record Row(
        Guid RunId,
        string StepId,
        string Status,
        int Attempt,
        string AgentType,
        DateTimeOffset? WaitEndsAt,
        string? WaitingOn,
        string? UndoneBy
    );
}
