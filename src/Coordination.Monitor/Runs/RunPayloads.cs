using System.Text;
using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>A body as the views have it. Name: of an answer, the question's id.</summary>
internal sealed record BodyRow(string StepId, string Kind, string? Name, string? Body);

/// <summary>Puts the bodies of a run in the order they were used, and leaves out what was not there yet. Pure.</summary>
internal static class RunPayloads
{
    public static Payloads Of(RunFile file, IReadOnlyList<BodyRow> bodies)
    {
        var places = file.Plan.ToDictionary(step => step.StepId, step => step.Position, StringComparer.Ordinal);
        return new Payloads([
            .. bodies
                .Select(body => (Body: body, Entry: UsedBy(file, body)))
                // Inputs came with the plan; what agents and people gave is known from the entry that recorded it.
                .Where(body => body.Entry is not null || body.Body.Kind is "input" or "undo-input")
                .OrderBy(body => body.Entry?.Seq ?? int.MaxValue)
                .ThenBy(body => places.GetValueOrDefault(body.Body.StepId, int.MaxValue))
                .ThenBy(body => body.Body.Kind, StringComparer.Ordinal)
                .Select(body => new Payload(
                    body.Body.StepId,
                    body.Body.Kind,
                    body.Body.Body is { } text ? JsonSerializer.Deserialize<JsonElement>(text, MonitorJson.Options) : null,
                    body.Body.Body is { } counted ? Encoding.UTF8.GetByteCount(counted) : 0,
                    body.Entry?.At,
                    body.Entry?.Seq
                )),
        ]);
    }

    private static RunEvent? UsedBy(RunFile file, BodyRow body)
    {
        var own = file.History.Where(entry => entry.StepId == body.StepId);
        return body.Kind switch
        {
            "input" => own.FirstOrDefault(entry => entry.Event is "step-dispatched" or "ballot-opened"),
            "undo-input" => own.FirstOrDefault(entry => entry.Event == "step-compensating"),
            "answer" => own.LastOrDefault(entry =>
                entry.Event == "question-answered" && (body.Name is null || entry.Detail.GetValueOrDefault("question") == body.Name)
            ),
            _ => own.FirstOrDefault(entry => entry.Event == "step-completed"),
        };
    }
}
