using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Counts open letters by what failed, from an index alone; one reading for all viewers of two seconds.</summary>
internal sealed class GroupReads
{
    private const int MostRows = 20_000;
    private readonly Reads reads;
    private readonly SqlDialect sql;
    private readonly TimeProvider time;
    private readonly Shared<Known> shared;

    public GroupReads(Reads reads, TimeProvider time)
    {
        (this.reads, sql, this.time) = (reads, reads.Dialect, time);
        shared = new(time, TimeSpan.FromSeconds(2), ReadAsync);
    }

    /// <summary>The most first.</summary>
    public async Task<LetterGroups> GetAsync(CancellationToken cancellationToken) => (await shared.GetAsync(cancellationToken)).Groups;

    /// <summary>How the database knows the letters of this fingerprint; null when there are none, or none but very old ones.</summary>
    public async Task<string?> AlikeAsync(string fingerprint, CancellationToken cancellationToken)
    {
        var known = await shared.GetAsync(cancellationToken);
        if (known.Alike.TryGetValue(fingerprint, out var alike))
            return alike;
        var recent = await reads.QueryAsync(
            new Statement(
                $"""
                SELECT DISTINCT alike, direction, endpoint, reason, message_type, error
                FROM (SELECT * FROM {sql.Table("coord_v1_dead_letters")} ORDER BY id DESC LIMIT {Listing<LetterRow>.Window}) AS recent
                """
            ),
            row =>
                (
                    Alike: row.GetString(0),
                    Kind: new LetterKind(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.Text(5))
                ),
            cancellationToken
        );
        return recent.FirstOrDefault(one => one.Kind.Fingerprint == fingerprint).Alike;
    }

    private async Task<Known> ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var age = reads.IsPostgres
            ? "floor(extract(epoch FROM (CAST(@now AS timestamptz) - parked_at)) / 3600)::int"
            : "(@now - parked_at) / 3600000000";
        var counts = await reads.QueryAsync(
            new Statement(
                $"""
                SELECT alike, CASE WHEN parked_at > @since THEN {age} ELSE -1 END AS hours, count(*), min(parked_at), max(parked_at), count(replaces), max(id)
                FROM {sql.Table("coord_v1_dead_letters")} WHERE state = 'open' GROUP BY 1, 2 LIMIT {MostRows}
                """,
                ("now", now, ColumnKind.Time),
                ("since", now.AddHours(-Spark.Hours), ColumnKind.Time)
            ),
            row => new Counted(
                row.GetString(0),
                (int)row.GetInt64(1),
                (int)row.GetInt64(2),
                sql.ReadTime(row, 3),
                sql.ReadTime(row, 4),
                (int)row.GetInt64(5),
                row.GetInt64(6)
            ),
            cancellationToken
        );
        var groups = counts.GroupBy(count => count.Alike, StringComparer.Ordinal).ToList();
        var kinds = (
            await reads.QueryAsync(
                new Statement(
                    $"SELECT alike, direction, endpoint, reason, message_type, error FROM {sql.Table("coord_v1_dead_letters")} WHERE {sql.AnyOf("id", "@ids")}",
                    new StatementParameter("ids", groups.Select(group => group.Max(count => count.NewestId)).ToArray(), ColumnKind.Int64)
                ),
                row =>
                    (row.GetString(0), new LetterKind(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.Text(5))),
                cancellationToken
            )
        )
            .DistinctBy(kind => kind.Item1)
            .ToDictionary(kind => kind.Item1, kind => kind.Item2, StringComparer.Ordinal);
        var rows = groups
            .Where(group => kinds.ContainsKey(group.Key))
            .Select(group => (group.Key, Row: Group(kinds[group.Key], [.. group])))
            .OrderByDescending(group => group.Row.Count)
            .ThenBy(group => group.Row.Fingerprint, StringComparer.Ordinal)
            .ToList();
        return new Known(
            new LetterGroups([.. rows.Select(group => group.Row)], counts.Sum(count => count.Count)),
            rows.DistinctBy(group => group.Row.Fingerprint)
                .ToDictionary(group => group.Row.Fingerprint, group => group.Key, StringComparer.Ordinal)
        );
    }

    private static LetterGroup Group(LetterKind kind, IReadOnlyList<Counted> counts)
    {
        var spark = Spark.Of(counts.Select(count => (count.HoursAgo, count.Count)));
        return new LetterGroup(
            kind.Fingerprint,
            kind.Title,
            kind.Reason,
            kind.Error,
            kind.MessageType,
            kind.Endpoint,
            kind.Direction,
            counts.Sum(count => count.Count),
            counts.Min(count => count.First),
            counts.Max(count => count.Last),
            spark,
            Spark.IsGrowing(spark),
            counts.Sum(count => count.Repeats)
        );
    }

    private sealed record Counted(
        string Alike,
        int HoursAgo,
        int Count,
        DateTimeOffset First,
        DateTimeOffset Last,
        int Repeats,
        long NewestId
    );

    private sealed record Known(LetterGroups Groups, IReadOnlyDictionary<string, string> Alike);
}
