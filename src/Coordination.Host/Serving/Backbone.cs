using System.Reflection;
using Coordination.Contracts;
using Coordination.Host.Ballots;
using Coordination.Host.Settings;
using Coordination.Monitor;
using Coordination.Persistence;

namespace Coordination.Host.Serving;

/// <summary>The parts of the backbone a command uses.</summary>
internal static class Backbone
{
    // Only `host` opens a connection to the broker. `migrate` builds the same parts for their tables and never starts the bus.
    private const string NoBroker = "amqp://nobody@localhost/";

    /// <summary>Everything the host runs: bus, outbox relay, timers, runs, registry.</summary>
    public static void AddHosted(this IServiceCollection services, HostSettings settings)
    {
        services.AddCoordination(coordination =>
            coordination
                .UseRabbitMq(settings.BrokerUri ?? NoBroker)
                .UsePostgres(settings.Database!.ConnectionString)
                .Guard(guard => settings.Configuration.GetSection(SettingNames.Guard).Bind(guard))
                .AddRuns(runs => settings.Configuration.GetSection(SettingNames.Runs).Bind(runs))
                .AddConsensus(consensus =>
                {
                    if (settings.Configuration[SettingNames.ConsensusFile] is { Length: > 0 } file)
                        ConsensusFile.Read(file, consensus);
                })
        );
        // Agents run elsewhere; their table belongs to the same database.
        services.AddWorkersSchema();
        // What commands do is kept in its tables, whether or not somebody looks.
        services.AddMonitorSchema();
        services.Configure<OutboxOptions>(settings.Configuration.GetSection(SettingNames.Outbox));
    }

    /// <summary>What commands use to look and steer: the database alone. What they store is delivered by a running host.</summary>
    public static void AddOffice(this IServiceCollection services, HostSettings settings)
    {
        services.AddLogging();
        services.AddPostgresStore(store =>
        {
            store.ConnectionString = settings.Database!.ConnectionString;
            // This process has no relay: what it stores is for the sweep of a host, at once.
            store.Grace = TimeSpan.Zero;
        });
        services.AddSingleton(
            new Sender
            {
                Type = "coordination-cli",
                Instance = $"{Environment.MachineName}-{Environment.ProcessId}".ToLowerInvariant(),
                Build = ThisBuild.Version,
            }
        );
        services.AddSingleton<EnvelopeFactory>();
        services.AddRunClient();
        services.AddOperations();
    }
}

/// <summary>The version this program was built as.</summary>
internal static class ThisBuild
{
    public static string Version { get; } =
        typeof(ThisBuild).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
