namespace Coordination.Monitor;

/// <summary>How the values of a field are read.</summary>
internal enum FieldKind
{
    /// <summary>A whole value, whatever its case.</summary>
    Term,
    Status,
    Flag,
    Id,
    Time,
    Duration,
    Number,
    Dollars,
}

/// <summary>The fields of the query language.</summary>
internal static class QueryFields
{
    private static readonly string[] Yes = ["yes", "no"];

    private static readonly (QueryField Field, FieldKind Kind, string Column)[] Known =
    [
        (new("status", "Where the run stands, as its badge says", "status:failed,partial", StatusWords.All), FieldKind.Status, "status"),
        (new("stuck", "It neither moves nor waits for anything that will come", "stuck:yes", Yes), FieldKind.Flag, "stuck"),
        (new("name", "The plan's name", "name:ticket-triage", null), FieldKind.Term, "name"),
        (new("requester", "Who asked for it", "requester:billing", null), FieldKind.Term, "requester"),
        (new("scope", "What it is about, all of it: 'about' is the same", "scope:\"order 7\"", null), FieldKind.Term, "scope"),
        (new("tenant", "Whose work it is", "tenant:default", null), FieldKind.Term, "tenant"),
        (new("agent", "An agent type among its steps", "agent:coder", null), FieldKind.Term, "agent"),
        (new("reason", "Why it did not simply complete", "reason:DEADLINE_EXCEEDED", null), FieldKind.Term, "reason"),
        (new("step", "The step that made it fail", "step:publish", null), FieldKind.Term, "step"),
        (new("id", "How its id begins or ends", "id:9a43de", null), FieldKind.Id, "run_id"),
        (new("trace", "Its trace id, 32 digits", "trace:4bf92f3577b34da6a3ce929d0e0e4736", null), FieldKind.Term, "trace"),
        (
            new(
                "waits",
                "What its first step under way waits for",
                "waits:person,ballot",
                [WaitKinds.Worker, WaitKinds.Person, WaitKinds.Ballot, WaitKinds.Retry, WaitKinds.Undo]
            ),
            FieldKind.Term,
            "waits"
        ),
        (new("started", "When it was accepted: so long ago, or a date (UTC)", "started:>-2h", null), FieldKind.Time, "accepted_at"),
        (new("ended", "When it ended: a date (UTC) or so long ago", "ended:2026-11-01..2026-11-05", null), FieldKind.Time, "ended_at"),
        (new("updated", "When something last happened: so long ago, or a date (UTC)", "updated:<-1d", null), FieldKind.Time, "updated_at"),
        (new("duration", "How long it took, or has taken so far", "duration:>30s", null), FieldKind.Duration, "duration_ms"),
        (new("retries", "Attempts that were repeated", "retries:>3", null), FieldKind.Number, "retries"),
        (new("cost", "What its models cost, in dollars", "cost:>2.50", null), FieldKind.Dollars, "cost_micro_usd"),
        (new("tokens", "What its models read and wrote", "tokens:>100k", null), FieldKind.Number, "tokens"),
        (new("indoubt", "What a step did outside is not known", "indoubt:yes", Yes), FieldKind.Flag, "indoubt"),
    ];

    private static readonly Dictionary<string, (QueryField Field, FieldKind Kind, string Column)> ByName = Known.ToDictionary(
        known => known.Field.Name,
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>Other names of fields: what columns of the list are called.</summary>
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["state"] = "status",
        ["about"] = "scope",
        ["took"] = "duration",
    };

    /// <summary>The field's own name.</summary>
    public static string NameOf(string name) => Aliases.GetValueOrDefault(name, name);

    public static IReadOnlyList<QueryField> All { get; } = [.. Known.Select(known => known.Field)];

    public static FieldKind KindOf(string field) => ByName[field].Kind;

    public static string ColumnOf(string field) => ByName[field].Column;

    public static QueryField? Find(string name) => ByName.TryGetValue(name, out var known) ? known.Field : null;

    /// <summary>The known name that is most like one that is not; null when none is.</summary>
    public static string? Like(string name, IEnumerable<string> candidates)
    {
        var all = candidates.ToList();
        if (name.Length >= 3 && all.Find(candidate => candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase)) is { } begun)
            return begun;
        var best = all.Select(candidate => (Name: candidate, Distance: Distance(name.ToLowerInvariant(), candidate)))
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Name is not null && best.Distance <= Math.Max(1, name.Length / 3) ? best.Name : null;
    }

    // Edits from one to the other; two letters that changed places are one edit.
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, changed);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[a.Length, b.Length];
    }
}
