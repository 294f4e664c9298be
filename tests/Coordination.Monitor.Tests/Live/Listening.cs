using System.Text.Json;

namespace Coordination.Monitor.Tests.Live;

/// <summary>One event as a browser gets it.</summary>
internal sealed record Heard(string? Id, string Topic, JsonElement Data);

/// <summary>A viewer's live connection.</summary>
internal sealed class Listening : IDisposable
{
    private readonly HttpResponseMessage response;
    private readonly StreamReader reader;

    private Listening(HttpResponseMessage response, StreamReader reader) => (this.response, this.reader) = (response, reader);

    public HttpResponseMessage Response => response;

    public static async Task<Listening> ToAsync(MonitorHost host, string topics, string? lastEventId = null, string roles = "viewer")
    {
        var request = MonitorHost.Request($"events?topics={topics}", roles);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var answer = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new Listening(answer, new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>The next event that is as wanted; null: the connection was ended.</summary>
    public async Task<Heard?> UntilAsync(Func<Heard, bool> wanted)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        string? id = null;
        string? topic = null;
        while (await reader.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                topic = line[7..];
            else if (
                line.StartsWith("data: ", StringComparison.Ordinal)
                && new Heard(id, topic!, JsonSerializer.Deserialize<JsonElement>(line[6..])) is var heard
                && wanted(heard)
            )
                return heard;
        }
        return null;
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}
