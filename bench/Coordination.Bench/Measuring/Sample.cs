using System.Diagnostics;

namespace Coordination.Bench.Measuring;

/// <summary>One window of one contender: a workload with a number of messages in flight. All but the rate and the latencies are per unit.</summary>
internal sealed record Sample
{
    public required string Contender { get; init; }
    public required Workload Workload { get; init; }
    public required int InFlight { get; init; }
    public required int Round { get; init; }
    public required double Seconds { get; init; }

    /// <summary>Messages (effect), sagas or runs that were completed in the window.</summary>
    public required int Count { get; init; }

    public required double P50Ms { get; init; }
    public required double P95Ms { get; init; }
    public required double P99Ms { get; init; }
    public required double? ClientCpuMs { get; init; }
    public required double? DatabaseCpuMs { get; init; }
    public required double? BrokerCpuMs { get; init; }

    /// <summary>The share of the machine's processors that neither the three parties nor the generator used: other people's work.</summary>
    public required double? OtherWork { get; init; }

    public required double Commits { get; init; }
    public required double WalBytes { get; init; }
    public required double Fsyncs { get; init; }
    public required double? RoundTrips { get; init; }
    public required double? BrokerWrites { get; init; }
    public required double AllocatedBytes { get; init; }

    /// <summary>Milliseconds of the client's processor time by area; only when it was profiled.</summary>
    public IReadOnlyDictionary<string, double>? ClientAreasMs { get; init; }

    /// <summary>Other work may have this share of the processors in a window.</summary>
    public const double MostOtherWork = 0.12;

    public bool IsDisturbed => OtherWork > MostOtherWork;

    public double PerSecond => Count / Seconds;

    public double? CpuMs => ClientCpuMs + DatabaseCpuMs + BrokerCpuMs;

    public static double[] ToMilliseconds(List<long> ticks)
    {
        var result = ticks.Select(value => value * 1000.0 / Stopwatch.Frequency).ToArray();
        Array.Sort(result);
        return result;
    }
}
