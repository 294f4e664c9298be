using System.Globalization;
using Coordination.Faults.Matrix;

namespace Coordination.Faults.Tests;

/// <summary>
/// The crash matrix: real processes on a real broker and database, killed at every step of an effect's way. The long form, COORDINATION_FAULTS=long, kills a
/// hundred times at each; <c>Coordination.Faults --matrix</c> runs either by itself.
/// </summary>
[Collection(Fleets.OneAtATime)]
[Trait("needs", "servers")]
public sealed class Effects_of_killed_processes
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("COORDINATION_FAULTS") == "long";
    private static readonly int Seed = int.Parse(
        Environment.GetEnvironmentVariable("COORDINATION_FAULTS_SEED") ?? "1",
        CultureInfo.InvariantCulture
    );

    [Fact]
    [Trait("req", "WAL-13")]
    [Trait("req", "WAL-01")]
    [Trait("req", "WAL-04")]
    [Trait("req", "WAL-05")]
    [Trait("req", "WAL-06")]
    public async Task Happen_as_often_as_their_class_promises()
    {
        var report = await RunAsync((IsLong ? MatrixSettings.Full : MatrixSettings.Short) with { Seed = Seed });

        report.Violations.ShouldBeEmpty(report.Summary());
        report.Void.ShouldBeEmpty(report.Summary());
    }

    [Theory]
    [MemberData(nameof(Bugs))]
    [Trait("req", "WAL-13")]
    public async Task Betray_a_product_with(string bug)
    {
        var report = await RunAsync(MatrixSettings.Finding(bug) with { Seed = Seed });

        report.Violations.ShouldNotBeEmpty(report.Summary());
    }

    /// <summary>All of them where there is time; otherwise the one that needs no luck.</summary>
    public static TheoryData<string> Bugs =>
        IsLong ? ["ack-before-commit", "outcome-before-call", "no-fence", "key-with-attempt"] : ["key-with-attempt"];

    private static Task<MatrixReport> RunAsync(MatrixSettings settings) =>
        new MatrixSuite(settings, TestContext.Current.TestOutputHelper!.WriteLine).RunAsync(TestContext.Current.CancellationToken);
}

/// <summary>Fleets need the machine for themselves.</summary>
[CollectionDefinition(OneAtATime)]
public sealed class Fleets
{
    public const string OneAtATime = "fleets";
}
