using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>What a step asks now.</summary>
/// <param name="Subject">Another text for each time that it asks.</param>
/// <param name="QuestionId">The open question's id.</param>
/// <param name="Schema">JSON Schema of the answer; null: anything will do.</param>
internal sealed record StepQuestion(string Subject, string QuestionId, JsonElement? Schema)
{
    /// <summary>Null when the step asks nothing.</summary>
    public static async Task<StepQuestion?> OfAsync(Reads reads, Guid run, string step, CancellationToken cancellationToken)
    {
        var sql = reads.Dialect;
        var found = await reads.QueryAsync(
            new Statement(
                $"""
                SELECT s.question_id, (SELECT max(h.id) FROM {sql.Table(
                    "coord_v1_history"
                )} h WHERE h.run_id = s.run_id AND h.step_id = s.step_id
                    AND h.event = 'question-asked'), {Body(sql)}
                FROM {sql.Table("coord_v1_steps")} s WHERE s.run_id = @run AND s.step_id = @step AND s.question_id IS NOT NULL
                """,
                ("run", run, ColumnKind.Uuid),
                ("step", step, ColumnKind.Text)
            ),
            row => new StepQuestion($"run:{run}:{step}:{row.GetString(0)}:{row.Long(1)}", row.GetString(0), SchemaIn(row.Text(2))),
            cancellationToken
        );
        return found is [var question, ..] ? question : null;
    }

    /// <summary>What speaks against an answer.</summary>
    public IReadOnlyList<BodyProblem> ProblemsOf(JsonElement answer) =>
        Schema is { } schema ? [.. JsonShape.Problems(schema, answer, "parameters.answer")] : [];

    /// <summary>SQL for the question of a step <c>s</c> as it is kept.</summary>
    internal static string Body(SqlDialect sql)
    {
        var payloads = sql.Table("coord_v1_payloads");
        return $"(SELECT p.body FROM {payloads} p WHERE p.run_id = s.run_id AND p.step_id = s.step_id AND p.kind = 'question' LIMIT 1)";
    }

    /// <summary>The schema in a question as it is kept.</summary>
    internal static JsonElement? SchemaIn(string? question)
    {
        if (question is null)
            return null;
        try
        {
            return
                JsonSerializer.Deserialize<JsonElement>(question) is { ValueKind: JsonValueKind.Object } body
                && body.TryGetProperty("answerSchema", out var schema)
                ? schema
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
