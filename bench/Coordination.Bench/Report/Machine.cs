using System.Runtime;
using System.Runtime.InteropServices;
using Coordination.Testing;
using Npgsql;

namespace Coordination.Bench.Report;

/// <summary>Where the figures were taken, without names of hosts.</summary>
internal sealed record Machine(
    string Processor,
    int Processors,
    double MemoryGb,
    string OperatingSystem,
    string Runtime,
    string Postgres,
    string Rabbit,
    string Servers,
    string LoadBefore,
    string Commit,
    string Date
)
{
    public static async Task<Machine> DescribeAsync(RabbitServer rabbit, PostgresServer postgres, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString);
        await connection.OpenAsync(ct);
        await using var fsync = new NpgsqlCommand(
            "select current_setting('fsync') || ', synchronous_commit ' || current_setting('synchronous_commit')",
            connection
        );
        var durability = (string)(await fsync.ExecuteScalarAsync(ct))!;
        var mode = await TestServers.Mode(ct);
        return new Machine(
            Line("/proc/cpuinfo", "model name"),
            Environment.ProcessorCount,
            Math.Round(double.Parse(Line("/proc/meminfo", "MemTotal").Split(' ')[0]) / 1024 / 1024, 1),
            RuntimeInformation.OSDescription,
            $"{RuntimeInformation.FrameworkDescription}, {(GCSettings.IsServerGC ? "server" : "workstation")} GC",
            $"PostgreSQL {connection.PostgreSqlVersion}, fsync {durability}",
            $"RabbitMQ {(await rabbit.Ctl("version")).Trim().Split('\n')[^1]}, one node, quorum queues",
            mode == ServerMode.Native ? "native" : "containers on the host's network",
            File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown",
            Environment.GetEnvironmentVariable("BENCH_COMMIT") is { Length: > 0 } commit ? commit : "unknown",
            $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}"
        );
    }

    private static string Line(string file, string name) =>
        (File.Exists(file) ? File.ReadLines(file) : [])
            .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))
            ?.Split(':', 2)[1]
            .Trim()
        ?? "0 unknown";
}
