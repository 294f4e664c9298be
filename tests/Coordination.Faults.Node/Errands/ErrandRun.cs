using System.Text.Json;
using Coordination.Workers;

namespace Coordination.Faults.Node.Errands;

/// <summary>A run of one step, as the suite asks for it: <c>submit {json}</c>.</summary>
internal sealed record ErrandRun(Guid RunId, string AgentType, int Count)
{
    public const string Word = "submit ";

    public static ErrandRun Parse(string line) => JsonSerializer.Deserialize<ErrandRun>(line[Word.Length..], JsonSerializerOptions.Web)!;

    public Task SubmitAsync(RunClient client) =>
        client.SubmitAsync(
            Plan.Named("errands").Within(TimeSpan.FromMinutes(5)).Step("all", AgentType, new Errands(Count)),
            new SubmitOptions { RunId = RunId, Requester = "suite" }
        );
}
