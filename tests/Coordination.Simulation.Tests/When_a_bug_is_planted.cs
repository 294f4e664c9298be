namespace Coordination.Simulation.Tests;

/// <summary>A checker that finds no planted bug is no evidence: each of these must be found within a thousand seeds.</summary>
public sealed class When_a_bug_is_planted
{
    private const int WithinSeeds = 1_000;

    public static TheoryData<string> Planted => [.. Bugs.All.Keys];

    [Theory]
    [MemberData(nameof(Planted))]
    public async Task It_is_found(string bug)
    {
        var report = await SimulationProcess.RunAsync("--bug", bug, "--seeds", $"1-{WithinSeeds}", "--stop");
        report.Violated.ShouldBe(1, $"{bug} survived {report.Seeds} seeds");
        TestContext.Current.SendDiagnosticMessage($"{bug}: found by seed {report.Seeds}");
    }
}
