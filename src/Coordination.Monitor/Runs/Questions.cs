using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Monitor;

/// <summary>Open questions for people to read.</summary>
internal static class Questions
{
    private static readonly string[] Verdicts = ["happened", "did-not-happen", "compensate"];

    /// <summary>The effect a question is about; null where it is about none.</summary>
    public static string? EffectOf(string questionId) =>
        questionId.StartsWith(InputRequired.EffectQuestion, StringComparison.Ordinal)
            ? questionId[InputRequired.EffectQuestion.Length..].Split(':')[0]
            : null;

    /// <param name="question">As the agent asked it.</param>
    /// <param name="askedAt">When.</param>
    /// <param name="irreversible">It is about an effect that nothing undoes: to undo it is no answer.</param>
    public static QuestionView View(JsonElement question, DateTimeOffset? askedAt, bool irreversible = false)
    {
        var text = question.TryGetProperty("question", out var asked) && asked.ValueKind == JsonValueKind.String ? asked.GetString()! : "";
        var id = question.TryGetProperty("questionId", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString()! : "";
        return new QuestionView(
            text,
            EffectOf(id) is not null ? (irreversible ? Verdicts[..2] : Verdicts)
                : question.TryGetProperty("answerSchema", out var schema) ? Options(schema)
                : null,
            askedAt
        );
    }

    // Only where the schema is a list of texts: everything else is written by hand.
    private static List<string>? Options(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty("enum", out var values)
        && values.ValueKind == JsonValueKind.Array
        && values.EnumerateArray().All(value => value.ValueKind == JsonValueKind.String)
            ? [.. values.EnumerateArray().Select(value => value.GetString()!)]
            : null;
}
