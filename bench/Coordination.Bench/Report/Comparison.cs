using Coordination.Bench.Measuring;

namespace Coordination.Bench.Report;

/// <summary>All windows of one contender with one number in flight, and those of raw they are compared with.</summary>
internal sealed class Comparison
{
    private readonly (Sample Mine, Sample Raw)[] pairs;

    private Comparison(Sample[] windows, IEnumerable<Sample> raw)
    {
        Windows = Undisturbed(windows, window => window.IsDisturbed);
        // A ratio only compares neighbours: both sides from the same round.
        var all = windows.Join(raw, mine => mine.Round, other => other.Round, (mine, other) => (Mine: mine, Raw: other)).ToArray();
        pairs = Undisturbed(all, pair => pair.Mine.IsDisturbed || pair.Raw.IsDisturbed);
    }

    public Sample[] Windows { get; }

    public double Median(Func<Sample, double> value) => Percentile.Median(Windows.Select(value));

    /// <summary>This contender's value in multiples of raw's, round by round, in growing order.</summary>
    public double[] Ratios(Func<Sample, double?> value) =>
        [.. pairs.Select(pair => value(pair.Mine) / value(pair.Raw) ?? double.NaN).Where(double.IsFinite).Order()];

    public static Comparison? Of(IReadOnlyList<Sample> all, string contender, Workload workload, int inFlight)
    {
        var mine = Select(all, contender, workload, inFlight);
        // By hand nothing is handed over in memory: its saga over the broker is what the local one is compared with.
        var raw = Select(all, Contenders.Baseline, workload == Workload.Local ? Workload.Saga : workload, inFlight);
        return mine.Length == 0 ? null : new Comparison(mine, raw);
    }

    // What other work disturbed is left out, unless there is nothing else.
    private static T[] Undisturbed<T>(T[] all, Predicate<T> disturbed) =>
        Array.FindAll(all, one => !disturbed(one)) is { Length: > 0 } rest ? rest : all;

    private static Sample[] Select(IReadOnlyList<Sample> all, string contender, Workload workload, int inFlight) =>
        [.. all.Where(window => window.Contender == contender && window.Workload == workload && window.InFlight == inFlight)];
}
