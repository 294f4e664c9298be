using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>What the outbox says, without counting a large table: the rows that are due first are looked at, the rest is the database's estimate.</summary>
internal sealed class OutboxReads
{
    /// <summary>A message that is due for so long is late (as <c>health</c> has it).</summary>
    public static readonly TimeSpan LateAfter = TimeSpan.FromSeconds(60);

    private const int Window = 10_000;
    private readonly Reads reads;
    private readonly SqlDialect sql;
    private readonly GroupReads letters;
    private readonly Shared<OutboxReading> shared;

    public OutboxReads(Reads reads, GroupReads letters, TimeProvider time)
    {
        (this.reads, sql, this.letters) = (reads, reads.Dialect, letters);
        shared = new(time, TimeSpan.FromSeconds(2), ReadAsync);
    }

    public Task<OutboxReading> GetAsync(CancellationToken cancellationToken) => shared.GetAsync(cancellationToken);

    private async Task<OutboxReading> ReadAsync(CancellationToken cancellationToken)
    {
        var outbox = sql.Table("coord_v1_outbox");
        var rows = await reads.QueryAsync(
            new Statement(
                $"""
                WITH clock AS MATERIALIZED (SELECT {sql.Now} AS now, {sql.NowPlus($"{-LateAfter.TotalMilliseconds:0}")} AS late),
                seen AS MATERIALIZED (
                    SELECT id, endpoint, due_at, attempts, last_error, token IS NOT NULL AND due_at > (SELECT now FROM clock) AND handed_over_at IS NULL AS timer
                    FROM {outbox} ORDER BY due_at, id LIMIT {Window})
                SELECT endpoint, timer, count(*), count(*) FILTER (WHERE due_at < (SELECT late FROM clock)), min(due_at),
                    count(*) FILTER (WHERE attempts > 0), max(id) FILTER (WHERE last_error IS NOT NULL), (SELECT now FROM clock)
                FROM seen GROUP BY endpoint, timer
                """
            ),
            row => new Seen(
                row.GetString(0),
                row.GetBoolean(1),
                (int)row.GetInt64(2),
                (int)row.GetInt64(3),
                sql.ReadTime(row, 4),
                (int)row.GetInt64(5),
                row.Long(6),
                sql.ReadTime(row, 7)
            ),
            cancellationToken
        );
        var messages = rows.Where(row => !row.Timer).ToList();
        var errors = await ErrorsAsync([.. messages.Select(row => row.Failed).OfType<long>()], cancellationToken);
        var parked = (await letters.GetAsync(cancellationToken)).Rows.GroupBy(group => group.Endpoint, StringComparer.Ordinal);
        var (all, timers) = rows.Sum(row => row.Count) < Window ? (null, null) : await RoughAsync(cancellationToken);
        var (waiting, ahead) = (messages.Sum(row => (long)row.Count), rows.Where(row => row.Timer).Sum(row => (long)row.Count));
        return new OutboxReading(
            new OutboxFlow(
                all is null ? waiting : Math.Max(waiting, all.Value - timers!.Value),
                messages.Sum(row => row.Late),
                messages.Where(row => row.Due <= row.Now).Select(row => (DateTimeOffset?)row.Due).Min(),
                messages.Sum(row => row.Blocked),
                Math.Max(ahead, timers ?? 0),
                await NextTimerAsync(cancellationToken)
            ),
            Endpoints(
                messages,
                errors,
                parked.ToDictionary(group => group.Key, group => group.Sum(one => one.Count), StringComparer.Ordinal)
            )
        );
    }

    private static IReadOnlyList<EndpointFlow> Endpoints(
        IReadOnlyList<Seen> messages,
        IReadOnlyDictionary<long, string> errors,
        IReadOnlyDictionary<string, int> parked
    ) =>
        [
            .. messages
                .Select(row => row.Endpoint)
                .Concat(parked.Keys)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Select(endpoint =>
                    messages.FirstOrDefault(row => row.Endpoint == endpoint) is { } seen
                        ? new EndpointFlow(
                            endpoint,
                            seen.Count,
                            seen.Late,
                            seen.Due,
                            parked.GetValueOrDefault(endpoint),
                            seen.Failed is { } failed ? errors.GetValueOrDefault(failed) : null
                        )
                        : new EndpointFlow(endpoint, 0, 0, null, parked.GetValueOrDefault(endpoint), null)
                ),
        ];

    private async Task<IReadOnlyDictionary<long, string>> ErrorsAsync(long[] ids, CancellationToken cancellationToken) =>
        ids.Length == 0
            ? new Dictionary<long, string>()
            : (
                await reads.QueryAsync(
                    new Statement(
                        $"SELECT id, last_error FROM {sql.Table("coord_v1_outbox")} WHERE {sql.AnyOf("id", "@ids")} AND last_error IS NOT NULL",
                        new StatementParameter("ids", ids, ColumnKind.Int64)
                    ),
                    row => (Id: row.GetInt64(0), Error: row.GetString(1)),
                    cancellationToken
                )
            ).ToDictionary(error => error.Id, error => error.Error);

    private async Task<(long? All, long? Timers)> RoughAsync(CancellationToken cancellationToken) =>
        (
            await reads.QueryAsync(
                new Statement(
                    $"SELECT {sql.RoughCount("outbox", null, null)}, {sql.RoughCount("outbox", "ix_outbox_token", "token IS NOT NULL")}"
                ),
                row => ((long?)row.GetInt64(0), (long?)row.GetInt64(1)),
                cancellationToken
            )
        )[0];

    private async Task<DateTimeOffset?> NextTimerAsync(CancellationToken cancellationToken) =>
        await reads.QueryAsync(
            new Statement($"SELECT due_at FROM {sql.Table("coord_v1_timers")} WHERE due_at > (SELECT {sql.Now}) ORDER BY due_at LIMIT 1"),
            row => sql.ReadTime(row, 0),
            cancellationToken
        )
            is [var next]
            ? next
            : null;

    private sealed record Seen(
        string Endpoint,
        bool Timer,
        int Count,
        int Late,
        DateTimeOffset Due,
        int Blocked,
        long? Failed,
        DateTimeOffset Now
    );
}

/// <summary>The outbox as it was read.</summary>
internal sealed record OutboxReading(OutboxFlow Outbox, IReadOnlyList<EndpointFlow> Endpoints);
