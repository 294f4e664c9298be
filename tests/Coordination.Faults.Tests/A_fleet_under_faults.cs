using System.Globalization;

namespace Coordination.Faults.Tests;

/// <summary>
/// Real processes on a real broker and database, killed at every commit point and disturbed at random moments. The long form is the same with
/// COORDINATION_FAULTS=long, in slices; the program Coordination.Faults runs either by itself.
/// </summary>
[Trait("needs", "servers")]
[Collection(Fleets.OneAtATime)]
public sealed class A_fleet_under_faults
{
    [Fact]
    [Trait("req", "OBX-02")]
    [Trait("req", "WAL-12")]
    public async Task Loses_nothing_and_does_nothing_twice()
    {
        foreach (var settings in Chosen())
        {
            var report = await new Suite(settings, TestContext.Current.TestOutputHelper!.WriteLine).RunAsync(
                TestContext.Current.CancellationToken
            );

            report.Violations.ShouldBeEmpty(report.Summary());
            report.Void.ShouldBeEmpty(report.Summary());
        }
    }

    private static IEnumerable<SuiteSettings> Chosen()
    {
        if (Environment.GetEnvironmentVariable("COORDINATION_FAULTS") != "long")
        {
            return [SuiteSettings.Short.WithEnvironment()];
        }

        var seed = int.Parse(Environment.GetEnvironmentVariable("COORDINATION_FAULTS_SEED") ?? "1", CultureInfo.InvariantCulture);
        return Enumerable.Range(1, SuiteSettings.Long(seed, 1).Slices).Select(slice => SuiteSettings.Long(seed, slice).WithEnvironment());
    }
}
