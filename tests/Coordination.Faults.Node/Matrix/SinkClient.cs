using System.Globalization;
using System.Net.Http.Json;
using Coordination.Workers;

namespace Coordination.Faults.Node.Matrix;

/// <summary>Calls the sink of effects; at one call, when the suite asks for it, with the wish to be ended before the answer.</summary>
internal sealed class SinkClient(NodeSettings settings) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = new Uri(settings.Sink!) };
    private int calls;

    public async Task<long> CallAsync(
        string effectClass,
        string key,
        AgentContext context,
        string value,
        bool undo,
        CancellationToken cancellationToken
    )
    {
        var kill =
            settings.SinkKill is { } planned
            && effectClass != "pure"
            && planned.Undo == undo
            && Interlocked.Increment(ref calls) == planned.Call
                ? planned
                : null;
        using var response = await http.PostAsJsonAsync(
            "call",
            new
            {
                key,
                @class = effectClass,
                runId = context.RunId,
                stepId = context.StepId,
                undo,
                value,
                process = Environment.ProcessId,
                kill = kill?.When,
                killLog = kill?.Log,
            },
            cancellationToken
        );
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync<Answered>(cancellationToken);
        return answer?.Receipt ?? throw new InvalidDataException("The sink gave no receipt.");
    }

    public async Task<ProbeAnswer<long>> ProbeAsync(string key, CancellationToken cancellationToken) =>
        (await http.GetFromJsonAsync<Answered>($"probe/{key}", cancellationToken))?.Receipt is { } receipt
            ? new ProbeAnswer<long>.Happened(receipt)
            : new ProbeAnswer<long>.DidNotHappen();

    public void Dispose() => http.Dispose();

    private sealed record Answered(long? Receipt);
}

/// <summary>At which call the sink ends the caller: <c>3:after:do:/file</c>.</summary>
/// <param name="Call">Counted from 1, without reads.</param>
/// <param name="When">Before or after it takes effect.</param>
/// <param name="Undo">Only calls that undo something are counted; else only others.</param>
/// <param name="Log">Gets a line when it happens.</param>
internal sealed record SinkKill(int Call, string When, bool Undo, string Log)
{
    public static SinkKill Parse(string text) =>
        text.Split(':', 4) is [var call, var when, var what, var log]
            ? new SinkKill(int.Parse(call, CultureInfo.InvariantCulture), when, what == "undo", log)
            : throw new FormatException($"'{text}' is not call:before|after:do|undo:file.");
}
