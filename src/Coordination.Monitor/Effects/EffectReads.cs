using System.Data.Common;
using Coordination.Persistence;
using Coordination.Workers;

namespace Coordination.Monitor;

/// <summary>Reads effects: those in doubt first, the longest in doubt before others; then the latest.</summary>
internal sealed class EffectReads(Reads reads)
{
    public static readonly string[] Statuses =
    [
        "open",
        "succeeded",
        "failed",
        "retryable",
        "unknown",
        "accepted",
        "indoubt",
        "notdone",
        "givenup",
    ];

    private readonly SqlDialect sql = reads.Dialect;

    public async Task<EffectPage> PageAsync(
        string? status,
        Guid? run,
        string? words,
        string? after,
        int size,
        CancellationToken cancellationToken
    )
    {
        var (part, at, key) = Cursor.Place(after);
        var doubt = List(["status = 'indoubt'"], "changed_at, effect_key", ">", 0, part == 0 ? at : "", key, run, words, []);
        var rest = List(
            [],
            "created_at DESC, effect_key DESC",
            "<",
            1,
            part == 1 ? at : "",
            key,
            run,
            words,
            [status is null ? "status <> 'indoubt'" : "status = @status"],
            ("status", status, ColumnKind.Text)
        );
        var (rows, next) = status switch
        {
            "indoubt" => await doubt.PageAsync(reads, size, cancellationToken),
            null => await Listing.PageAsync(reads, part == 0 ? doubt : null, rest, Cursor.Write(1, "", ""), size, cancellationToken),
            _ => await rest.PageAsync(reads, size, cancellationToken),
        };
        return new EffectPage(await AskedAsync(rows, cancellationToken), next);
    }

    private Listing<EffectView> List(
        string[] where,
        string order,
        string beyond,
        int part,
        string at,
        string key,
        Guid? run,
        string? words,
        string[] filters,
        params StatementParameter[] more
    )
    {
        var time = part == 0 ? "changed_at" : "created_at";
        return new Listing<EffectView>
        {
            Source = sql.Table("coord_v1_effects"),
            Columns = $"""
                run_id, (SELECT name FROM {sql.Table(
                    "coord_v1_runs"
                )} r WHERE r.run_id = listed.run_id LIMIT 1) AS run_name, step_id, effect_key, compensating,
                tool, class, scope, status, calls, created_at, changed_at,
                CASE WHEN status <> 'succeeded' THEN (SELECT j.detail FROM {sql.Table("coord_v1_journal")} j WHERE j.run_id = listed.run_id
                    AND j.effect_key = listed.effect_key AND j.detail IS NOT NULL ORDER BY j.seq DESC LIMIT 1) END AS last_detail
                """,
            Order = order,
            Where =
            [
                .. where,
                .. run is null ? (string[])[] : ["run_id = @run"],
                .. at == "" ? (string[])[] : [$"({time}, effect_key) {beyond} (@at, @key)"],
            ],
            Filters =
            [
                .. filters,
                .. Search.Pattern(words) is null ? (string[])[] : [Search.In("@words", "effect_key", "tool", "scope", "step_id")],
            ],
            Parameters =
            [
                ("run", run, ColumnKind.Uuid),
                ("words", Search.Pattern(words), ColumnKind.Text),
                .. at == "" ? (StatementParameter[])[] : [("at", Cursor.Time(at), ColumnKind.Time), ("key", key, ColumnKind.Text)],
                .. more,
            ],
            Read = Read,
            CursorOf = effect => Cursor.Write(part, part == 0 ? effect.ChangedAt : effect.CreatedAt, effect.Key),
        };
    }

    /// <summary>Only the question a step really waits for can be answered: the run may have gone on without it.</summary>
    private async Task<IReadOnlyList<EffectView>> AskedAsync(IReadOnlyList<EffectView> effects, CancellationToken cancellationToken)
    {
        var doubted = effects.Where(effect => effect.Status == "indoubt").Select(effect => effect.RunId).Distinct().ToArray();
        if (doubted.Length == 0)
            return effects;
        var asked = await reads.QueryAsync(
            new Statement(
                $"""
                SELECT s.run_id, s.question_id, {StepQuestion.Body(sql)}
                FROM {sql.Table("coord_v1_steps")} s WHERE {sql.AnyOf("s.run_id", "@runs")} AND s.question_id IS NOT NULL
                """,
                new StatementParameter("runs", doubted, ColumnKind.Uuid)
            ),
            row =>
                (
                    Id: (sql.ReadGuid(row, 0), row.GetString(1)),
                    Example: Questions.EffectOf(row.GetString(1)) is null
                        ? null
                        : EffectResult.ExampleOf(StepQuestion.SchemaIn(row.Text(2)))
                ),
            cancellationToken
        );
        var examples = asked.DistinctBy(question => question.Id).ToDictionary(question => question.Id, question => question.Example);
        return
        [
            .. effects.Select(effect =>
                effect.Status == "indoubt"
                && EffectState.QuestionOf(effect.Key, effect.Calls) is var question
                && examples.TryGetValue((effect.RunId, question), out var example)
                    ? effect with
                    {
                        QuestionId = question,
                        ResultExample = example,
                    }
                    : effect
            ),
        ];
    }

    private EffectView Read(DbDataReader row) =>
        new(
            sql.ReadGuid(row, 0),
            row.Text(1) ?? "",
            row.GetString(2),
            row.GetString(3),
            row.GetBoolean(4),
            row.GetString(5),
            row.GetString(6),
            row.GetString(7),
            row.GetString(8),
            row.GetInt32(9),
            sql.ReadTime(row, 10),
            sql.ReadTime(row, 11),
            null,
            null,
            row.Text(12)
        );
}
