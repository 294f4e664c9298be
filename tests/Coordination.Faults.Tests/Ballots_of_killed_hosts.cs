using System.Globalization;
using Coordination.Faults.Ballots;

namespace Coordination.Faults.Tests;

/// <summary>
/// Ballots whose hosts are killed (SIGKILL) at every step of their way, on a real broker and database, with voters and people outside who know how each must end.
/// The long form, COORDINATION_FAULTS=long, kills a thousand times; <c>Coordination.Faults --ballots</c> runs either by itself.
/// </summary>
[Collection(Fleets.OneAtATime)]
[Trait("needs", "servers")]
public sealed class Ballots_of_killed_hosts
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("COORDINATION_FAULTS") == "long";
    private static readonly int Seed = int.Parse(
        Environment.GetEnvironmentVariable("COORDINATION_FAULTS_SEED") ?? "1",
        CultureInfo.InvariantCulture
    );

    [Fact]
    [Trait("req", "VOTE-15")]
    [Trait("req", "VOTE-04")]
    [Trait("req", "VOTE-03")]
    public async Task Are_decided_once_and_as_they_must_be()
    {
        var report = await RunAsync((IsLong ? BallotSettings.Full : BallotSettings.Short) with { Seed = Seed });

        report.Violations.ShouldBeEmpty(report.Summary());
        report.Void.ShouldBeEmpty(report.Summary());
        report.Points.ShouldAllBe(point => point.Kills >= 2, report.Summary());
    }

    [Fact]
    [Trait("req", "VOTE-15")]
    public async Task Betray_a_product_that_acknowledges_before_it_commits()
    {
        var report = await RunAsync(BallotSettings.Finding("ack-before-commit") with { Seed = Seed });

        report.Violations.ShouldNotBeEmpty(report.Summary());
    }

    private static Task<BallotReport> RunAsync(BallotSettings settings) =>
        new BallotSuite(settings, TestContext.Current.TestOutputHelper!.WriteLine).RunAsync(TestContext.Current.CancellationToken);
}
