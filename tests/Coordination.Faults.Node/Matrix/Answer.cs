using System.Text.Json;
using Coordination.Workers;

namespace Coordination.Faults.Node.Matrix;

/// <summary>A person's answer about an effect in doubt, as the suite says it: <c>answer {json}</c>.</summary>
internal sealed record Answer(Guid RunId, string StepId, string QuestionId, string Verdict, long? Result)
{
    public const string Word = "answer ";

    public static Answer Parse(string line) => JsonSerializer.Deserialize<Answer>(line[Word.Length..], JsonSerializerOptions.Web)!;

    public Task GiveAsync(RunClient client) =>
        client.AnswerAsync(
            RunId,
            StepId,
            QuestionId,
            new
            {
                verdict = Verdict,
                result = Result,
                by = "matrix",
            },
            answeredBy: "matrix"
        );
}
