using System.Globalization;

namespace Coordination.Faults.Node;

/// <summary>What the fault suite tells a process it starts: as environment, so that nothing of it is in the list of processes.</summary>
internal sealed record NodeSettings
{
    /// <summary>Any of host, worker, orders, feeder, ballots, migrate and audit, joined by commas.</summary>
    public required IReadOnlyCollection<string> Roles { get; init; }
    public required string Name { get; init; }

    /// <summary>One address, or a cluster's, with hosts separated by commas.</summary>
    public required string Broker { get; init; }
    public required string Database { get; init; }

    /// <summary>The outside world's database: only <see cref="Outside.EffectLedger"/> and the feeder's log write to it.</summary>
    public required string Ledger { get; init; }
    public required int Seed { get; init; }

    /// <summary>Which feeder this is, from 0: each has its own numbers and keys.</summary>
    public required int Feeder { get; init; }

    /// <summary>Runs a feeder keeps open.</summary>
    public required int Window { get; init; }

    /// <summary>Keys with numbered messages.</summary>
    public required int Keys { get; init; }

    /// <summary>One run in so many ends the process that carries out its step; 0: none.</summary>
    public required int KillerEvery { get; init; }

    /// <summary>The address of the sink of effects, when this is a process of the crash matrix.</summary>
    public string? Sink { get; init; }

    /// <summary>At which call the sink is asked to end this process; null: at none.</summary>
    public Matrix.SinkKill? SinkKill { get; init; }

    /// <summary>Agent types that make effects one after the other; of them a worker carries out nothing else, and a host knows them too.</summary>
    public required IReadOnlyCollection<string> Errands { get; init; }

    public required TimeSpan Lease { get; init; }

    public static NodeSettings Read(string roles) =>
        new()
        {
            Roles = roles.Split(','),
            Name = Text("FAULTS_NAME"),
            Broker = Text("FAULTS_BROKER"),
            Database = Text("FAULTS_DATABASE"),
            Ledger = Text("FAULTS_LEDGER"),
            Seed = Number("FAULTS_SEED"),
            Feeder = Number("FAULTS_FEEDER"),
            Window = Number("FAULTS_WINDOW"),
            Keys = Number("FAULTS_KEYS"),
            KillerEvery = Number("FAULTS_KILLER_EVERY"),
            Sink = Environment.GetEnvironmentVariable("FAULTS_SINK"),
            SinkKill = Environment.GetEnvironmentVariable("FAULTS_SINK_KILL") is { Length: > 0 } kill ? Matrix.SinkKill.Parse(kill) : null,
            Errands = Environment.GetEnvironmentVariable("FAULTS_ERRANDS")?.Split(',') ?? [],
            Lease = TimeSpan.FromSeconds(Number("FAULTS_LEASE_S")),
        };

    private static string Text(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"{name} is not set: this program is started by the fault suite.");

    private static int Number(string name) => int.Parse(Text(name), CultureInfo.InvariantCulture);
}
