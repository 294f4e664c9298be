using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>An order of the list: a column, and the id where it is the same.</summary>
/// <remarks>Column: an index leads through it in either direction, so that a page is read from where the last one ended.</remarks>
internal sealed record RunSort(string Name, string Column, bool Descending, ColumnKind Kind)
{
    public static RunSort Default { get; } = new("-started", "accepted_at", true, ColumnKind.Time);

    public static IReadOnlyList<RunSort> All { get; } =
    [
        Default,
        new("started", "accepted_at", false, ColumnKind.Time),
        new("-updated", "updated_at", true, ColumnKind.Time),
        new("updated", "updated_at", false, ColumnKind.Time),
        new("-duration", "duration_ms", true, ColumnKind.Int64),
        new("duration", "duration_ms", false, ColumnKind.Int64),
        new("-cost", "cost_micro_usd", true, ColumnKind.Int64),
        new("cost", "cost_micro_usd", false, ColumnKind.Int64),
    ];

    public bool IsByDuration => Column == "duration_ms";

    public string Direction => Descending ? "DESC" : "ASC";

    public string Beyond => Descending ? "<" : ">";

    /// <exception cref="Refusal">There is no such order.</exception>
    public static RunSort Parse(string? name) =>
        string.IsNullOrEmpty(name)
            ? Default
            : All.FirstOrDefault(sort => sort.Name == name)
                ?? throw Refusal.BadRequest(
                    "There is no such order",
                    new BodyProblem("BAD_SORT", "sort", $"'{name}': there are {string.Join(", ", All.Select(sort => sort.Name))}.")
                );
}

/// <summary>Where a page ended.</summary>
/// <remarks>AsOf: the moment the first page was asked for; relative times and the durations of running runs are of that moment on all pages.</remarks>
internal sealed record RunPlace(object Key, Guid RunId, DateTimeOffset AsOf)
{
    // A thousand years, in milliseconds: what comes from outside may not lead out of what a clock can say.
    private const long Longest = 1_000L * 366 * 86_400_000;

    public string Write() => Cursor.Write(Key is DateTimeOffset time ? Microseconds(time) : Key, RunId, Microseconds(AsOf));

    public static RunPlace? Read(string? text, RunSort sort)
    {
        if (
            Cursor.Read(text, 3, values => (values[0].GetInt64(), values[1].GetGuid(), values[2].GetInt64()))
            is not var (number, runId, moment)
        )
            return null;
        if (IsTime(moment))
        {
            if (sort.Kind != ColumnKind.Time && (!sort.IsByDuration || number is >= 0 and <= Longest))
                return new RunPlace(number, runId, Time(moment));
            if (sort.Kind == ColumnKind.Time && IsTime(number))
                return new RunPlace(Time(number), runId, Time(moment));
        }
        throw Refusal.BadRequest(
            "The page's cursor is not one",
            new BodyProblem("BAD_CURSOR", "after", "Leave 'after' away, or give what 'next' said.")
        );
    }

    private static bool IsTime(long microseconds) => microseconds is > -62_000_000_000_000_000 and < 250_000_000_000_000_000;

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static DateTimeOffset Time(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
