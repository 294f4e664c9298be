using System.Globalization;
using System.Runtime.InteropServices;
using Coordination.Bench.Measuring;

namespace Coordination.Monitor.Bench.Report;

/// <summary>Where figures were taken, without names of hosts.</summary>
internal static class Surroundings
{
    public static string Load => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <summary>Processor seconds of the whole machine so far.</summary>
    public static double BusySeconds
    {
        get
        {
            // "cpu", then ticks: user, nice, system, idle, waiting for the disk, interrupts (two), stolen by other virtual machines.
            var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            int[] busy = [1, 2, 3, 6, 7, 8];
            return busy.Sum(place => long.Parse(fields[place], CultureInfo.InvariantCulture)) * ProcessTree.SecondsPerTick;
        }
    }

    public static string Describe()
    {
        var processor = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
                ?.Split(':', 2)[1]
                .Trim()
            : null;
        var commit = Environment.GetEnvironmentVariable("BENCH_COMMIT") is { Length: > 0 } known ? known : "unknown";
        return $"""
            * {Environment.ProcessorCount} × {processor ?? "unknown"}, {RuntimeInformation.FrameworkDescription}
            * commit {commit}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}; load average before: {Load}
            """;
    }
}
