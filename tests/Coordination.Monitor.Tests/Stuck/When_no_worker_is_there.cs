using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Workers;

namespace Coordination.Monitor.Tests.Stuck;

[Trait("req", "OPS-03")]
public abstract class StandstillContract
{
    private protected abstract Task<MonitorHost> StartAsync(Action<HostSetting>? set = null);

    [Fact]
    public async Task A_run_nobody_works_on_is_called_stuck_within_a_minute_and_moves_again_with_its_workers()
    {
        await using var host = await StartAsync(set => set.WithAgents = false);
        // The type is known, as one is whose processes were stopped.
        await host.Units.ExecuteAsync(
            new Statement(
                $"INSERT INTO {host.Units.Dialect.Table("agent_type")} (agent_type, first_seen_at) VALUES ('coder', {host.Units.Dialect.Now})"
            ),
            TestContext.Current.CancellationToken
        );
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var run = await host.Runs.SubmitAsync(
            Plan.Named("lost").Step("code", "coder", new Job { Do = "ok" }, retry: new RetryPolicy { MaxAttempts = 1 })
        );
        var page = await host.UntilAsync(
            $"runs?q=stuck:yes",
            page => page.GetProperty("rows").GetArrayLength() == 1,
            within: TimeSpan.FromSeconds(70)
        );
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
        page.GetProperty("rows")[0].GetProperty("runId").GetGuid().ShouldBe(run);
        var reason = page.GetProperty("rows")[0].GetProperty("stuck").GetString()!;
        reason.ShouldContain("coder");
        var waits = await host.GetAsync($"runs/{run}/waits");
        waits.GetProperty("stuck").GetString()!.ShouldContain("coder");
        waits.GetProperty("rows")[0].GetProperty("why").GetString()!.ShouldContain("coder");
        (await host.GetAsync($"runs/{run}")).GetProperty("story").GetString()!.ShouldStartWith("Does not move: ");
        // Whatever happens to it takes the mark away.
        await host.Runs.CancelAsync(run, "ada", force: true, cancellationToken: TestContext.Current.CancellationToken);
        await host.ListedAsync(
            run,
            row =>
                row.GetProperty("stuck").ValueKind == System.Text.Json.JsonValueKind.Null
                && row.GetProperty("endedAt").ValueKind == System.Text.Json.JsonValueKind.String
        );
    }
}

public sealed class StandstillOnSqlite : StandstillContract
{
    private protected override Task<MonitorHost> StartAsync(Action<HostSetting>? set = null) => MonitorHost.EmbeddedAsync(set);
}

[Trait("needs", "servers")]
public sealed class StandstillOnServers : StandstillContract
{
    private protected override Task<MonitorHost> StartAsync(Action<HostSetting>? set = null) =>
        MonitorHost.OnServersAsync(TestContext.Current.CancellationToken, set);
}
