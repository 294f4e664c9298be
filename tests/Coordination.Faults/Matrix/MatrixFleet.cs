using System.Globalization;
using Coordination.Testing;

namespace Coordination.Faults.Matrix;

/// <summary>The processes of the crash matrix: the sink, a host of runs, two workers, a feeder. Only the sink is never harmed.</summary>
internal sealed class MatrixFleet : IAsyncDisposable
{
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, string> common;
    private readonly Dictionary<string, string> outside;
    private readonly string logs;
    private NodeProcess? sink;

    public MatrixFleet(World world, MatrixSettings settings, string sinkDatabase, string logs)
    {
        this.logs = logs;
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        outside = new Dictionary<string, string>
        {
            ["SINK_PORT"] = port,
            ["SINK_LEDGER"] = sinkDatabase,
            ["SINK_JOURNAL"] = world.Database,
        };
        common = new Dictionary<string, string>
        {
            ["FAULTS_BROKER"] = world.Broker.Address,
            ["FAULTS_DATABASE"] = world.Database,
            ["FAULTS_LEDGER"] = world.LedgerAddress,
            ["FAULTS_SEED"] = settings.Seed.ToString(CultureInfo.InvariantCulture),
            ["FAULTS_WINDOW"] = settings.Window.ToString(CultureInfo.InvariantCulture),
            ["FAULTS_FEEDER"] = "0",
            ["FAULTS_KEYS"] = "0",
            ["FAULTS_LEASE_S"] = settings.Lease.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            ["FAULTS_KILLER_EVERY"] = "0",
            ["FAULTS_SINK"] = $"http://127.0.0.1:{port}/",
            ["COORD_FAILPOINTS_ENABLED"] = "1",
            ["COORD_PLANTED_BUG"] = settings.Bug ?? "",
            ["DOTNET_ENVIRONMENT"] = "Testing",
            ["DOTNET_TieredPGO"] = "0",
        };
    }

    public IReadOnlyList<Slot> Slots { get; private set; } = [];

    /// <summary>What each slot's processes are.</summary>
    public static IReadOnlyList<Place> Places { get; } = [Place.Worker, Place.Worker, Place.Host, Place.Feeder];

    public Slot Feeder => Slots[3];

    public IEnumerable<Slot> Workers => Slots.Take(2);

    public async Task MigrateAsync(CancellationToken ct)
    {
        using var process = Node("migrate", "migrate", new Dictionary<string, string>());
        await process.EndedAsync(ct);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The migration ended with {process.ExitCode}; see {Path.Combine(logs, "migrate.log")}.");
        }
    }

    public async Task StartSinkAsync(CancellationToken ct)
    {
        sink = new NodeProcess("sink", roles: null, Path.Combine(logs, "sink.log"), outside);
        await Eventually.Until(() => sink.IsUp, Start, "the sink to answer", ct);
    }

    public async Task StartAsync(CancellationToken ct)
    {
        await StartSinkAsync(ct);
        Slots = [New("worker1", "worker"), New("worker2", "worker"), New("host", "host"), New("feeder", "feeder")];
        await Eventually.Until(() => Slots.All(slot => slot.Current.IsUp), Start, "all processes to take work", ct);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in Slots)
        {
            await slot.DisposeAsync();
        }

        sink?.Dispose();
    }

    private Slot New(string name, string role) => new(name, [role], (life, more) => Node($"{name}-{life}", role, more));

    /// <summary>A process outside the slots, for whoever starts it to end.</summary>
    public NodeProcess Node(string name, string roles, IReadOnlyDictionary<string, string> more)
    {
        var environment = new Dictionary<string, string>(common) { ["FAULTS_NAME"] = name };
        foreach (var (key, value) in more)
        {
            environment[key] = value;
        }

        return new NodeProcess(name, roles, Path.Combine(logs, name.Split('-')[0] + ".log"), environment);
    }
}
