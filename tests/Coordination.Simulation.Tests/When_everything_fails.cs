using System.Globalization;
using System.Reflection;

namespace Coordination.Simulation.Tests;

/// <summary>
/// The product's code in virtual time among crashes, lost commits and a broker that drops, repeats and reorders. A violated seed is printed with all its
/// options; seed and commit reproduce it: <c>DOTNET_PROCESSOR_COUNT=1 Coordination.Simulation --seeds 17 --trace</c>.
/// SIMULATION_SEEDS sets the number of seeds, SIMULATION_FIRST the first.
/// </summary>
public sealed class When_everything_fails
{
    private static readonly int Seeds = Setting("SIMULATION_SEEDS", 2_000);
    private static readonly int First = Setting("SIMULATION_FIRST", 1);

    [Fact]
    [Trait("req", "OBX-01"), Trait("req", "OBX-02")]
    public async Task No_seed_breaks_an_invariant()
    {
        // Two processes, one for each half; the short form ends after a minute however slow the machine is.
        var limit = Environment.GetEnvironmentVariable("SIMULATION_SEEDS") is null ? "60" : "100000";
        var half = First + (Seeds / 2);
        var reports = await Task.WhenAll(
            SimulationProcess.RunAsync("--seeds", $"{First}-{half - 1}", "--seconds", limit),
            SimulationProcess.RunAsync("--seeds", $"{half}-{First + Seeds - 1}", "--seconds", limit)
        );
        TestContext.Current.SendDiagnosticMessage($"{reports.Sum(report => report.Seeds)} seeds from {First}");
        reports.Sum(report => report.Violated).ShouldBe(0, $"commit {Commit}\n{string.Concat(reports.Select(report => report.Output))}");
        reports.ShouldAllBe(report => report.Seeds > 20);
    }

    [Fact]
    public async Task The_same_seeds_happen_the_same_way_again()
    {
        var first = await SimulationProcess.RunAsync("--seeds", "1-25");
        var second = await SimulationProcess.RunAsync("--seeds", "1-25");
        second.Hash.ShouldBe(first.Hash);
        first.Seeds.ShouldBe(25);
    }

    private static string? Commit =>
        typeof(World).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
