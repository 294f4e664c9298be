using System.Text.Json;
using Coordination.Host.Logging;
using Microsoft.Extensions.Logging;

namespace Coordination.Host.Tests;

public sealed class When_an_event_is_logged
{
    private static readonly LogEvent Event = new()
    {
        At = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
        Level = LogLevel.Warning,
        Category = "Coordination.Persistence.OutboxRelay",
        Message = "The broker is away\nfor 3 s",
        Exception = new InvalidOperationException("no \"route\""),
        Values = [new("Seconds", 3)],
        TraceId = "0af7651916cd43dd8448eb211c80319c",
    };

    [Fact]
    public void A_person_reads_one_line()
    {
        LogLine
            .Text(Event, TimeZoneInfo.Utc, details: false)
            .ShouldBe("03:04:05.678 warn  OutboxRelay: The broker is away for 3 s [InvalidOperationException: no \"route\"]");
    }

    [Fact]
    public void Details_show_where_an_exception_came_from()
    {
        LogLine.Text(Event, TimeZoneInfo.Utc, details: true).ShouldContain("System.InvalidOperationException: no \"route\"");
    }

    [Fact]
    public void A_collector_reads_one_json_object_on_one_line()
    {
        var line = LogLine.Json(Event);

        line.ShouldNotContain("\n");
        var json = JsonSerializer.Deserialize<JsonElement>(line);
        json.GetProperty("time").GetString().ShouldBe("2026-01-02T03:04:05.678Z");
        json.GetProperty("level").GetString().ShouldBe("warning");
        json.GetProperty("category").GetString().ShouldBe("Coordination.Persistence.OutboxRelay");
        json.GetProperty("message").GetString().ShouldBe("The broker is away\nfor 3 s");
        json.GetProperty("traceId").GetString().ShouldBe("0af7651916cd43dd8448eb211c80319c");
        json.GetProperty("exception").GetString()!.ShouldContain("no \"route\"");
        json.GetProperty("values").GetProperty("Seconds").GetString().ShouldBe("3");
    }

    [Fact]
    public async Task Lines_of_many_threads_stay_whole()
    {
        await using var writer = new StringWriter();
        using var log = new WriterLog(writer, TimeProvider.System, LogLine.Json);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 500),
            TestContext.Current.CancellationToken,
            (number, _) =>
            {
                log.CreateLogger("Test").LogInformation("Number {Number}", number);
                return ValueTask.CompletedTask;
            }
        );

        var numbers = writer
            .ToString()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("values").GetProperty("Number").GetString()!);
        numbers.Select(int.Parse).Order().ShouldBe(Enumerable.Range(0, 500));
    }
}
