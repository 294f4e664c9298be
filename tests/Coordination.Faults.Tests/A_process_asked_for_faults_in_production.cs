using System.Diagnostics;

namespace Coordination.Faults.Tests;

/// <summary>The switches of the fault suite, set where they must not be.</summary>
public sealed class A_process_asked_for_faults_in_production
{
    private static readonly string Program = Path.Combine(
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.FullName,
        "Coordination.Faults.Node",
        new DirectoryInfo(AppContext.BaseDirectory).Name,
        "Coordination.Faults.Node"
    );

    [Theory]
    [InlineData("Production")]
    [InlineData(null)]
    public async Task Does_not_start_and_says_why(string? environment)
    {
        var start = new ProcessStartInfo(Program, ["worker"]) { UseShellExecute = false, RedirectStandardError = true };
        foreach (var name in new[] { "DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT" })
        {
            start.Environment.Remove(name);
        }

        if (environment is not null)
        {
            start.Environment["DOTNET_ENVIRONMENT"] = environment;
        }

        start.Environment["COORD_FAILPOINTS_ENABLED"] = "1";
        start.Environment["COORD_FAILPOINT"] = "W1:1:kill";
        start.Environment["FAULTS_NAME"] = "worker-1";
        start.Environment["FAULTS_BROKER"] = "amqp://nobody:nothing@127.0.0.1:1/";
        start.Environment["FAULTS_DATABASE"] = start.Environment["FAULTS_LEDGER"] = "Host=127.0.0.1;Port=1;Username=nobody;Database=none";
        foreach (
            var number in new[] { "FAULTS_SEED", "FAULTS_FEEDER", "FAULTS_WINDOW", "FAULTS_KEYS", "FAULTS_LEASE_S", "FAULTS_KILLER_EVERY" }
        )
        {
            start.Environment[number] = "1";
        }

        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        process.ExitCode.ShouldNotBe(0);
        said.ShouldContain("Remove COORD_FAILPOINTS_ENABLED");
    }
}
