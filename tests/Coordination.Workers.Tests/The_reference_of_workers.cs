using System.Diagnostics.Metrics;
using System.Reflection;

namespace Coordination.Workers.Tests;

/// <summary>The page must not drift from the code.</summary>
public sealed class The_reference_of_workers
{
    private static readonly string Page = File.ReadAllText(Repository.Path("docs/reference/workers.md"));

    [Theory]
    [InlineData(typeof(AgentOptions))]
    [InlineData(typeof(WorkerOptions))]
    [InlineData(typeof(EffectTool))]
    public void Names_every_member(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => property.Name)
            .Where(name => name != nameof(EffectTool.Id) && !Page.Contains($"`{name}`", StringComparison.Ordinal))
            .ShouldBeEmpty();

    [Fact]
    public void Names_every_instrument_and_no_other()
    {
        var instruments = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Name.StartsWith("coordination.worker.", StringComparison.Ordinal))
                {
                    lock (instruments)
                    {
                        instruments.Add(instrument.Name);
                    }
                }
            },
        };
        listener.Start();
        using var metrics = new WorkerMetrics();
        lock (instruments)
        {
            instruments.Where(name => !Page.Contains($"| `{name}` |", StringComparison.Ordinal)).ShouldBeEmpty();
            Page.Split("| `coordination.worker.").Length.ShouldBe(1 + instruments.Distinct().Count());
        }
    }
}
