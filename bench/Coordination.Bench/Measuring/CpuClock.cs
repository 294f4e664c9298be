namespace Coordination.Bench.Measuring;

/// <summary>Processor seconds of the three parties; null where the process cannot be seen.</summary>
internal sealed record CpuReading(double? Client, double? Database, double? Broker)
{
    public CpuReading Since(CpuReading earlier) => new(Client - earlier.Client, Database - earlier.Database, Broker - earlier.Broker);
}

internal sealed class CpuClock(int client, int? database, int? broker)
{
    public CpuReading Read() => new(ProcessTree.CpuSeconds(client), ProcessTree.CpuSeconds(database), ProcessTree.CpuSeconds(broker));
}
