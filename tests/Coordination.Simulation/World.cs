using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>
/// One run of a seed:
/// 1. trouble: processes crash, freeze and stop, database and broker fail, while the work goes on and safety is checked at every step;
/// 2. healing: no further faults, and everything must come to rest within <see cref="Scenario.Convergence"/>;
/// 3. the accounts are compared with the truth.
/// </summary>
internal sealed class World
{
    private readonly Action<string>? print;
    private readonly List<Node> nodes = [];
    private ulong hash = 14_695_981_039_346_656_037;

    public World(Scenario scenario, Dice dice, Ground ground, PersistenceMetrics metrics, Bug bug, Action<string>? print)
    {
        this.print = print;
        Scenario = scenario;
        Dice = dice;
        Ground = ground;
        Metrics = metrics;
        Bug = bug;
        Faults = scenario.Faults;
        SqliteClock.Set(Time.GetUtcNow());
        Broker = new SimulatedBroker(this);
        Checks = new Checks(this);
        Ledger = new LedgerWork(this);
        Runs = new RunWork(this);
    }

    public VirtualTime Time { get; } = new();

    public Scenario Scenario { get; }

    public Dice Dice { get; }

    public Ground Ground { get; }

    public PersistenceMetrics Metrics { get; }

    public Bug Bug { get; }

    /// <summary>What may go wrong now.</summary>
    public Faults Faults { get; private set; }

    public SimulatedBroker Broker { get; }

    public Checks Checks { get; }

    public LedgerWork Ledger { get; }

    public RunWork Runs { get; }

    public IEnumerable<Node> Living => nodes.Where(node => !node.IsDead);

    /// <summary>Crashes, freezes and cuts so far.</summary>
    public int Faulty { get; set; }

    /// <summary>Of everything that happened, in order: equal for equal runs.</summary>
    public ulong Hash => hash;

    public void Trace(string what)
    {
        var line = $"{Time.NowMs, 8} {what}";
        foreach (var c in line)
        {
            hash = (hash ^ c) * 1_099_511_628_211;
        }

        print?.Invoke(line);
    }

    /// <summary>The row was handed over inside a process and waits there.</summary>
    public bool IsGiven(long row) => Living.Any(node => Given(node.Get<LocalHandOver>()).ContainsKey(row));

    /// <summary>Rows that were handed over inside a process and wait there.</summary>
    public static IReadOnlyCollection<long> GivenIn(Node node) => [.. Given(node.Get<LocalHandOver>()).Keys];

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "given")]
    private static extern ref readonly ConcurrentDictionary<long, long> Given(LocalHandOver handOver);

    public async Task RunAsync()
    {
        for (var number = 1; number <= Scenario.Nodes; number++)
        {
            _ = KeepAliveAsync(number);
        }

        _ = BreakBrokerAsync();
        await Time.Delay(Scenario.Trouble);
        Trace("healing");
        Faults = Faults.None;
        Broker.ComeUp();
        var healed = Time.NowMs;
        while (!Checks.Failed && Checks.Unrest() is { } unrest)
        {
            if (Time.NowMs - healed > Scenario.Convergence.TotalMilliseconds)
            {
                Checks.Violated("I-18", $"not at rest {Scenario.Convergence.TotalSeconds} s after the last fault: {unrest}");
            }

            await Time.Delay(TimeSpan.FromMilliseconds(500));
        }

        Trace("rest");
        if (!Checks.Failed)
        {
            Checks.Audit();
        }
    }

    /// <summary>Starts a process anew whenever it is gone.</summary>
    private async Task KeepAliveAsync(int number)
    {
        for (var life = 1; ; life++)
        {
            var node = new Node(this, number, life);
            nodes.Add(node);
            Trace($"{node.Name} starts");
            try
            {
                await node.StartAsync();
            }
            catch (Exception e)
            {
                Checks.Violated("start", e.ToString());
                return;
            }

            _ = StopSometimeAsync(node);
            await node.Gone.Task;
            await Time.Delay(Dice.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(4)));
        }
    }

    private async Task StopSometimeAsync(Node node)
    {
        while (!node.IsDead)
        {
            await Time.Delay(TimeSpan.FromSeconds(5));
            if (!node.IsDead && !node.IsStopping && Dice.Falls(Faults.Stop))
            {
                await node.StopAsync();
            }
        }
    }

    private async Task BreakBrokerAsync()
    {
        while (Faults.BrokerAway)
        {
            await Time.Delay(Dice.Between(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20)));
            if (Faults.BrokerAway)
            {
                Broker.GoDown();
                await Time.Delay(Dice.Between(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(8)));
                Broker.ComeUp();
            }
        }
    }
}
