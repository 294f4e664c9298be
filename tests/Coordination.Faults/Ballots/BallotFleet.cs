using System.Globalization;
using Coordination.Testing;

namespace Coordination.Faults.Ballots;

/// <summary>The processes that host ballots, each a slot: when one ends the next is started.</summary>
internal sealed class BallotFleet(World world, BallotSettings settings, string logs) : IAsyncDisposable
{
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(60);

    public IReadOnlyList<Slot> Hosts { get; private set; } = [];

    public Task MigrateAsync(CancellationToken ct) => EndedAsync("migrate", ct);

    public async Task StartAsync(CancellationToken ct)
    {
        Hosts = [.. Enumerable.Range(1, settings.Hosts).Select(i => New($"host{i}"))];
        await Eventually.Until(() => Hosts.All(slot => slot.Current.IsUp), Start, "all hosts to take work", ct);
    }

    /// <summary>What the product's own audit prints.</summary>
    public async Task<IReadOnlyList<string>> AuditAsync(CancellationToken ct)
    {
        await EndedAsync("audit", ct);
        return await File.ReadAllLinesAsync(Path.Combine(logs, "audit.log"), ct);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in Hosts)
        {
            await slot.DisposeAsync();
        }
    }

    private Slot New(string name) => new(name, ["ballots"], (life, more) => Node(name, $"{name}-{life}", "ballots", more));

    private async Task EndedAsync(string role, CancellationToken ct)
    {
        using var process = Node(role, role, $"{role},ballots", new Dictionary<string, string>());
        await process.EndedAsync(ct);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{role}' ended with {process.ExitCode}; see {Path.Combine(logs, role + ".log")}.");
        }
    }

    private NodeProcess Node(string log, string name, string roles, IReadOnlyDictionary<string, string> more)
    {
        var environment = new Dictionary<string, string>
        {
            ["FAULTS_NAME"] = name,
            ["FAULTS_BROKER"] = world.Broker.Address,
            ["FAULTS_DATABASE"] = world.Database,
            ["FAULTS_LEDGER"] = world.LedgerAddress,
            ["FAULTS_SEED"] = settings.Seed.ToString(CultureInfo.InvariantCulture),
            ["FAULTS_WINDOW"] = "0",
            ["FAULTS_FEEDER"] = "0",
            ["FAULTS_KEYS"] = "0",
            ["FAULTS_LEASE_S"] = "2",
            ["FAULTS_KILLER_EVERY"] = "0",
            ["COORD_FAILPOINTS_ENABLED"] = "1",
            ["COORD_PLANTED_BUG"] = settings.Bug ?? "",
            ["DOTNET_ENVIRONMENT"] = "Testing",
            ["DOTNET_TieredPGO"] = "0",
        };
        foreach (var (key, value) in more)
        {
            environment[key] = value;
        }

        return new NodeProcess(name, roles, Path.Combine(logs, log + ".log"), environment);
    }
}
