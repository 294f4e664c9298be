using System.Globalization;

namespace Coordination.Bench.Measuring;

/// <summary>Processor seconds of the three parties, null where the process cannot be seen, of this process and of the whole machine.</summary>
internal sealed record CpuReading(double? Client, double? Database, double? Broker, double Generator, double Machine)
{
    public CpuReading Since(CpuReading earlier) =>
        new(
            Client - earlier.Client,
            Database - earlier.Database,
            Broker - earlier.Broker,
            Generator - earlier.Generator,
            Machine - earlier.Machine
        );

    /// <summary>What none of them used.</summary>
    public double? Others => Machine - Generator - Client - Database - Broker;
}

internal sealed class CpuClock(int client, int? database, int? broker)
{
    public CpuReading Read() =>
        new(
            ProcessTree.CpuSeconds(client),
            ProcessTree.CpuSeconds(database),
            ProcessTree.CpuSeconds(broker),
            Environment.CpuUsage.TotalTime.TotalSeconds,
            Machine()
        );

    private static double Machine()
    {
        // "cpu", then ticks: user, nice, system, idle, waiting for the disk, interrupts (two), stolen by other virtual machines.
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int[] busy = [1, 2, 3, 6, 7, 8];
        return busy.Sum(field => long.Parse(fields[field], CultureInfo.InvariantCulture)) * ProcessTree.SecondsPerTick;
    }
}
