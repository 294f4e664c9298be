using System.Net;
using Coordination.Host.CommandLine;
using Coordination.Testing;

namespace Coordination.Host.Tests;

/// <summary>The monitor in a process of its own, on a real database.</summary>
[Trait("needs", "servers")]
public sealed class When_the_monitor_runs
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact, Trait("req", "OPS-01")]
    public async Task It_serves_its_own_machine_in_development_and_ends_in_good_order()
    {
        var database = await MigratedAsync();
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        using var stop = new CancellationTokenSource();
        var monitor = Task.Run(
            () =>
                Typed.RunAsync(
                    new() { ["DOTNET_ENVIRONMENT"] = "Development" },
                    ["monitor", "--urls", url, "--database", database],
                    cancellationToken: stop.Token
                ),
            Cancel
        );
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        await Eventually.Until(
            async () => monitor.IsCompleted || await StatusAsync(client, "/coordination/api/v1/me") == HttpStatusCode.OK,
            TimeSpan.FromSeconds(60),
            "the monitor to answer",
            Cancel
        );
        monitor.IsCompleted.ShouldBeFalse(monitor.IsCompleted ? (await monitor).All : "");

        (await StatusAsync(client, "/coordination/api/v1/overview")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(client, "/coordination/", "evil.example")).ShouldBe(HttpStatusCode.BadRequest);
        (await StatusAsync(client, "/health/ready", "10.0.0.7")).ShouldBe(HttpStatusCode.OK, "a probe asks by any address");
        await stop.CancelAsync();
        var ended = await monitor.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        ended.ExitCode.ShouldBe(ExitCode.Ok, ended.All);
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task Outside_development_it_does_not_start_before_somebody_says_who_may()
    {
        var refused = await Typed.RunAsync("monitor", "--database", "Host=127.0.0.1;Database=never-asked");

        refused.ExitCode.ShouldBe(ExitCode.Usage);
        refused.Error.ShouldContain("Nobody said who may use the monitor");
    }

    private static async Task<string> MigratedAsync()
    {
        var database = await (await TestServers.Postgres(Cancel)).NewDatabaseAsync(ct: Cancel);
        var migrated = await Typed.RunAsync("migrate", "--database", database);
        migrated.ExitCode.ShouldBe(ExitCode.Ok, migrated.All);
        return database;
    }

    private static async Task<HttpStatusCode?> StatusAsync(HttpClient client, string path, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (host is not null)
            request.Headers.Host = host;
        try
        {
            return (await client.SendAsync(request, Cancel)).StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
