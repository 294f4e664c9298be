using System.Globalization;
using Coordination.Testing;

namespace Coordination.Faults;

/// <summary>The processes of one run: one that does everything, a host, one that hosts runs and agents (what has its receiver
/// in the same process stays there), and a feeder.</summary>
internal sealed class ProcessFleet : IAsyncDisposable
{
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, string> common;
    private readonly string logs;

    public ProcessFleet(World world, SuiteSettings settings, string logs)
    {
        this.logs = logs;
        common = new Dictionary<string, string>
        {
            ["FAULTS_BROKER"] = world.Broker.Address,
            ["FAULTS_DATABASE"] = world.Database,
            ["FAULTS_LEDGER"] = world.LedgerAddress,
            ["FAULTS_SEED"] = settings.Seed.ToString(CultureInfo.InvariantCulture),
            ["FAULTS_WINDOW"] = settings.Window.ToString(CultureInfo.InvariantCulture),
            ["FAULTS_KEYS"] = settings.Keys.ToString(CultureInfo.InvariantCulture),
            ["FAULTS_LEASE_S"] = "3",
            ["FAULTS_KILLER_EVERY"] = settings.KillerEvery.ToString(CultureInfo.InvariantCulture),
            ["DOTNET_ENVIRONMENT"] = "Testing",
            // Many short lives: what makes later code faster makes these starts slower.
            ["DOTNET_TieredPGO"] = "0",
        };
    }

    public IReadOnlyList<Slot> Slots { get; private set; } = [];

    public Slot Host => Slots[1];

    public Slot Worker => Slots[2];

    public Slot Feeder => Slots[3];

    /// <summary>Runs the migrations in a process of their own.</summary>
    public async Task MigrateAsync(CancellationToken ct)
    {
        using var process = Node("migrate", "migrate", new Dictionary<string, string>());
        await process.EndedAsync(ct);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The migration ended with {process.ExitCode}; see {Path.Combine(logs, "migrate.log")}.");
        }
    }

    public async Task StartAsync(CancellationToken ct)
    {
        Slots = [New("all", "host,worker,feeder"), New("host", "host,orders"), New("worker", "host,worker"), New("feeder", "feeder")];
        await Eventually.Until(() => Slots.All(slot => slot.Current.IsUp), Start, "all processes to take work", ct);
    }

    /// <summary>No process of now or later submits anything: what is open comes to its end.</summary>
    public Task StopFeedingAsync() => Task.WhenAll(Slots.Select(slot => slot.SayFromNowOnAsync("stop feeding")));

    public async Task SayToAllAsync(string line)
    {
        foreach (var slot in Slots)
        {
            await slot.Current.SayAsync(line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in Slots)
        {
            await slot.DisposeAsync();
        }
    }

    private Slot New(string name, string roles) => new(name, roles.Split(','), (life, more) => Node($"{name}-{life}", roles, more));

    private NodeProcess Node(string name, string roles, IReadOnlyDictionary<string, string> more)
    {
        var environment = new Dictionary<string, string>(common)
        {
            ["FAULTS_NAME"] = name,
            ["FAULTS_FEEDER"] = name.StartsWith("feeder", StringComparison.Ordinal) ? "1" : "0",
        };
        foreach (var (key, value) in more)
        {
            environment[key] = value;
        }

        return new NodeProcess(name, roles, Path.Combine(logs, name.Split('-')[0] + ".log"), environment);
    }
}
