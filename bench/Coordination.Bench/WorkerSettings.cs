namespace Coordination.Bench;

/// <summary>What a contender's process is told, through its environment: addresses hold passwords and do not belong on a command line.</summary>
internal sealed record WorkerSettings(string Contender, Workload Workload, Uri Broker, string Database)
{
    public Dictionary<string, string> ToEnvironment() =>
        new(StringComparer.Ordinal)
        {
            ["BENCH_CONTENDER"] = Contender,
            ["BENCH_WORKLOAD"] = Workload.ToString(),
            ["BENCH_BROKER"] = Broker.AbsoluteUri,
            ["BENCH_DATABASE"] = Database,
        };

    public static WorkerSettings FromEnvironment() =>
        new(Get("BENCH_CONTENDER"), Enum.Parse<Workload>(Get("BENCH_WORKLOAD")), new Uri(Get("BENCH_BROKER")), Get("BENCH_DATABASE"));

    private static string Get(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set.");
}
