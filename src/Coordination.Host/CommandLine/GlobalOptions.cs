using System.CommandLine;

namespace Coordination.Host.CommandLine;

/// <summary>Options every command takes.</summary>
internal static class GlobalOptions
{
    public static Option<string?> Broker { get; } =
        new("--broker")
        {
            Description = "RabbitMQ address, amqp[s]://user:password@host:5672/vhost. Setting Coordination:Broker.",
            HelpName = "ADDRESS",
            Recursive = true,
        };

    public static Option<string?> Database { get; } =
        new("--database")
        {
            Description =
                "PostgreSQL connection string, \"Host=...;Database=...;Username=...;Password=...\". Setting Coordination:Database.",
            HelpName = "CONNECTION",
            Recursive = true,
        };

    public static Option<bool> Json { get; } =
        new("--json") { Description = "For machines: one JSON document on standard output and nothing else there.", Recursive = true };

    public static Option<bool> Verbose { get; } =
        new("--verbose", "-v") { Description = "Log details, and show where an unexpected fault came from.", Recursive = true };

    public static Option<double?> ConnectTimeout { get; } =
        new Option<double?>("--connect-timeout")
        {
            Description =
                "Seconds to wait for a broker or database that does not answer. Default: 10; host and migrate wait without limit.",
            HelpName = "SECONDS",
            Recursive = true,
        }.Within(0, 86_400, "--connect-timeout must be from 0 to 86400 seconds.");

    public static IEnumerable<Option> All => [Broker, Database, Json, Verbose, ConnectTimeout];
}
