using System.Text.Json;
using Coordination.Host.CommandLine;
using Coordination.Testing;

namespace Coordination.Host.Tests;

/// <summary>One host on real servers, no agents: the commands beside it see and steer what it does.</summary>
[Trait("needs", "servers")]
public sealed class When_a_host_runs : IAsyncLifetime
{
    private const string Plan = """
        { "name": "test", "steps": [{ "id": "a", "agentType": "nobody" }, { "id": "b", "agentType": "nobody", "dependsOn": ["a"] }] }
        """;

    private readonly CancellationTokenSource stop = new();
    private string database = "";
    private string url = "";
    private Task<Typed> host = Task.FromResult(new Typed(0, "", ""));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await (await TestServers.Postgres(Cancel)).NewDatabaseAsync(ct: Cancel);
        var broker = await (await TestServers.Rabbit(Cancel)).NewVirtualHostAsync(Cancel);
        url = $"http://127.0.0.1:{FreePort.Next()}";
        string[] command =
        [
            "host",
            "--migrate",
            "--log-format",
            "line",
            "--urls",
            url,
            "--broker",
            broker.ToString(),
            "--database",
            database,
        ];
        host = Task.Run(() => Typed.RunAsync([], command, cancellationToken: stop.Token), Cancel);
        await Eventually.Until(
            async () => host.IsCompleted || (await Typed.RunAsync("health", "--url", url)).ExitCode == ExitCode.Ok,
            TimeSpan.FromSeconds(60),
            "the host to be ready",
            Cancel
        );
        host.IsCompleted.ShouldBeFalse(host.IsCompleted ? (await host).All : "");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await host;
        stop.Dispose();
    }

    [Fact]
    public async Task It_says_what_it_is_and_ends_in_good_order()
    {
        await stop.CancelAsync();
        var ended = await host.WaitAsync(TimeSpan.FromSeconds(60), Cancel);

        ended.ExitCode.ShouldBe(ExitCode.Ok);
        ended.Error.ShouldContain("Applies runs/");
        ended.Error.ShouldContain("Hosts runs on amqp://");
        ended.Error.ShouldContain("Stops: messages in hand are finished.");
        ended.Error.ShouldContain("Stopped.");
    }

    [Fact]
    public async Task Its_health_has_a_state_per_part_and_no_secret()
    {
        var health = await Typed.RunAsync("health", "--url", url);

        var checks = health.Json.GetProperty("checks");
        checks.GetProperty("outbox").GetProperty("figures").GetProperty("backlog").GetInt64().ShouldBe(0);
        checks.EnumerateObject().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_rejected_run_is_told_with_every_problem()
    {
        var typed = await SubmitAsync(Plan);

        typed.ExitCode.ShouldBe(ExitCode.Failed);
        typed.Error.ShouldContain("2 problem(s)");
        typed.Error.ShouldContain("ADMISSION_DENIED  plan.steps[0].agentType: there is no agent type 'nobody'");
        typed.Error.ShouldContain("plan.steps[1].agentType");
    }

    [Fact]
    public async Task A_rejected_run_is_one_json_document_for_machines()
    {
        var typed = await SubmitAsync(Plan, "--json", "--wait");

        typed.ExitCode.ShouldBe(ExitCode.Failed);
        var problems = typed.Json.GetProperty("error").GetProperty("details").EnumerateArray().ToList();
        problems.ShouldAllBe(problem => problem.GetProperty("code").GetString() == "ADMISSION_DENIED");
        problems.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_lists_are_empty_arrays_for_machines_and_words_for_people()
    {
        foreach (var list in new[] { "runs list", "timers list", "dead-letters list", "effects list", "agents list" })
        {
            var json = await AskAsync($"{list} --json");
            json.ExitCode.ShouldBe(0, json.Error);
            json.Json.ValueKind.ShouldBe(JsonValueKind.Array, list);
            json.Json.GetArrayLength().ShouldBe(0);
            (await AskAsync(list)).Out.ShouldStartWith("No ");
        }
    }

    [Theory]
    [InlineData("runs show 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11")]
    [InlineData("runs watch 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11")]
    [InlineData("runs cancel 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11")]
    [InlineData("runs answer 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11 a q true")]
    [InlineData("effects resolve 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11 K7QX happened")]
    [InlineData("journal show 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11")]
    [InlineData("journal verify 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11")]
    [InlineData("timers cancel 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11")]
    [InlineData("dead-letters show 4711")]
    [InlineData("dead-letters retry 4711")]
    [InlineData("dead-letters discard 4711 --because x --yes")]
    public async Task What_is_not_there_ends_with_4(string command)
    {
        var typed = await AskAsync(command);

        typed.ExitCode.ShouldBe(ExitCode.NotFound);
        typed.Error.ShouldContain("There is no");
    }

    [Fact]
    public async Task An_answer_that_is_no_json_is_refused_before_anything_is_asked()
    {
        var typed = await AskAsync("runs answer 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11 a q yes");

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.Error.ShouldContain("Text needs quotes");
    }

    private Task<Typed> AskAsync(string command) => Typed.RunAsync([.. command.Split(' '), "--database", database]);

    private Task<Typed> SubmitAsync(string plan, params string[] more) =>
        Typed.RunAsync([], ["submit", "-", "--database", database, .. more], plan, cancellationToken: Cancel);
}
