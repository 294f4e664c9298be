using System.Collections.Concurrent;
using System.Diagnostics;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Testing;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.EndToEnd.Tests;

/// <summary>All spans of a run hang together: over the outbox, two agents, a failed attempt and the timer of its retry.</summary>
public sealed class One_trace_per_run : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly string folder = Directory.CreateTempSubdirectory("coordination-").FullName;

    [Fact]
    [Trait("req", "TRC-01")]
    public async Task From_submission_to_end_there_is_one_trace_without_orphans()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Coordination" or "MassTransit" or "client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var host = await StartAsync();
        var runs = host.Services.GetRequiredService<RunClient>();
        using var client = new ActivitySource("client");

        ActivityTraceId trace;
        Guid run;
        using (var root = client.StartActivity("submit"))
        {
            trace = root!.TraceId;
            run = await runs.SubmitAsync(
                Plan.Named("traced")
                    .Step("first", "steady", new { text = "a" })
                    .Step(
                        "second",
                        "shaky",
                        new { text = "b" },
                        after: ["first"],
                        retry: new RetryPolicy { MaxAttempts = 3, BaseDelayMs = 300 }
                    )
                    .Build()
            );
        }

        var info = await runs.WaitAsync(run, Deadline);
        info.Status.ShouldBe("completed");
        await host.StopAsync();

        var ours = spans.Where(s => s.TraceId == trace).ToList();
        var known = ours.Select(s => s.SpanId).ToHashSet();
        ours.Where(s => s.ParentSpanId != default && !known.Contains(s.ParentSpanId)).ShouldBeEmpty();
        ours.Count(s => s.ParentSpanId == default).ShouldBe(1);
        // Two agents, three attempts in all, one of them after a timer.
        ours.Count(s => s.Source.Name == "Coordination" && s.DisplayName.StartsWith("step", StringComparison.Ordinal)).ShouldBe(3);
        ours.ShouldContain(s => s.DisplayName == "deliver run.timer-due.v1");
        ours.ShouldContain(s => s.DisplayName == "deliver run.completed.v1");
        // Nothing of the run is in another trace.
        spans
            .Where(s =>
                s.TraceId != trace
                && s.TagObjects.Any(tag => tag.Value?.ToString()?.Contains(run.ToString(), StringComparison.Ordinal) == true)
            )
            .Select(s => s.DisplayName)
            .ShouldBeEmpty();
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<IHost> StartAsync()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCoordination(c => c.UseInMemory().UseSqlite(Path.Combine(folder, "trace.db")).AddRuns());
        builder.Services.AddAgent<Steady>("steady").AddAgent<Shaky>("shaky").AddRunClient();
        var host = builder.Build();
        await host.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
        await host.StartAsync();
        var runs = host.Services.GetRequiredService<RunClient>();
        await Eventually.Until(async () => (await runs.GetAgentTypesAsync()).Count == 2, Deadline, "both agents are announced");
        return host;
    }

    public sealed record Text(string text);

    private sealed class Steady : IAgent<Text, Text>
    {
        public Task<Text> ExecuteAsync(Text input, AgentContext context, CancellationToken cancellationToken) => Task.FromResult(input);
    }

    private sealed class Shaky : IAgent<Text, Text>
    {
        public Task<Text> ExecuteAsync(Text input, AgentContext context, CancellationToken cancellationToken) =>
            context.Attempt == 1 ? throw new TransientFailure("not yet") : Task.FromResult(input);
    }
}
