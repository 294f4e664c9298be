using System.Text.Json;
using Coordination.Bench.Measuring;

namespace Coordination.Bench.Report;

/// <summary>Every window by itself, for other tools.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task WriteAsync(string file, Machine machine, IReadOnlyList<Sample> samples, CancellationToken ct)
    {
        var windows = samples.Select(sample => new
        {
            workload = sample.Workload.ToString().ToLowerInvariant(),
            sample.InFlight,
            sample.Contender,
            sample.Round,
            sample.Seconds,
            sample.Count,
            sample.PerSecond,
            p50Ms = At(sample, 0.50),
            p95Ms = At(sample, 0.95),
            p99Ms = At(sample, 0.99),
            sample.ClientCpuMs,
            sample.DatabaseCpuMs,
            sample.BrokerCpuMs,
            sample.Commits,
            sample.WalBytes,
            sample.Fsyncs,
        });
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, new { machine, windows }, Options, ct);
    }

    private static double? At(Sample sample, double share) =>
        sample.LatenciesMs is { Length: > 0 } sorted ? sorted[(int)(share * (sorted.Length - 1))] : null;
}
