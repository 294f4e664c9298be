using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>How long runs of a kind usually take, from those that ended last; read at most twice a minute for all viewers.</summary>
internal sealed class TypicalReads
{
    /// <summary>Ended runs looked at.</summary>
    private const int Sample = 2_000;

    private const int MostKinds = 20;
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(30);
    private readonly Shared<IReadOnlyList<TypicalDuration>> shared;

    public TypicalReads(Reads reads, TimeProvider time) =>
        shared = new(time, Age, cancellationToken => ReadAsync(reads, cancellationToken));

    public Task<IReadOnlyList<TypicalDuration>> GetAsync(CancellationToken cancellationToken) => shared.GetAsync(cancellationToken);

    /// <summary>By name, the most frequent first. Pure.</summary>
    public static IReadOnlyList<TypicalDuration> Of(IEnumerable<(string Name, long DurationMs)> ended) =>
        [
            .. ended
                .GroupBy(run => run.Name, run => run.DurationMs, StringComparer.Ordinal)
                .Select(kind => (kind.Key, Sorted: kind.Order().ToList()))
                .OrderByDescending(kind => kind.Sorted.Count)
                .ThenBy(kind => kind.Key, StringComparer.Ordinal)
                .Take(MostKinds)
                .Select(kind => new TypicalDuration(kind.Key, kind.Sorted.Count, At(kind.Sorted, 50), At(kind.Sorted, 95))),
        ];

    // The nearest rank: a duration that a run really had.
    private static long At(List<long> sorted, int percent) => sorted[((sorted.Count * percent + 99) / 100) - 1];

    private static async Task<IReadOnlyList<TypicalDuration>> ReadAsync(Reads reads, CancellationToken cancellationToken)
    {
        var sql = reads.Dialect;
        return Of(
            await reads.QueryAsync(
                new Statement(
                    $"""
                    SELECT name, duration_ms FROM (SELECT name, status, duration_ms FROM {sql.Table(
                        "monitor_run"
                    )} WHERE ended_at IS NOT NULL
                        ORDER BY ended_at DESC LIMIT {Sample}) AS ended WHERE status = 'completed' AND duration_ms IS NOT NULL
                    """
                ),
                row => (row.GetString(0), row.GetInt64(1)),
                cancellationToken
            )
        );
    }
}
