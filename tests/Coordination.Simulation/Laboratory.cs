using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>Runs seeds one after the other in this process.</summary>
internal sealed class Laboratory : IDisposable
{
    private const int MaxMoves = 3_000_000;
    private readonly PersistenceMetrics metrics = new();
    private readonly string folder;
    private readonly string template;
    private readonly Bug bug;
    private readonly Action<string>? print;

    public Laboratory(Bug bug, Action<string>? print)
    {
        this.bug = bug;
        this.print = print;
        SqliteClock.Install();
        var memory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        folder = Path.Combine(memory, $"coordination-simulation-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        SqliteClock.Set(DateTimeOffset.UnixEpoch);
        template = Ground.MakeTemplateAsync(folder).GetAwaiter().GetResult();
    }

    public Result Run(int seed)
    {
        var dice = new Dice(seed);
        var scenario = Scenario.Draw(seed, dice);
        using var ground = Ground.Open(template, $"{seed}.db", scenario.Grace);
        var world = new World(scenario, dice, ground, metrics, bug, print);
        world.Trace(scenario.ToString());
        try
        {
            new Pump(world.Time, MaxMoves).Run(world.RunAsync);
        }
        catch (Exception e)
        {
            world.Checks.Violated("run", e.ToString());
        }

        return new Result(scenario, world.Hash, world.Checks.Violations);
    }

    public void Dispose()
    {
        metrics.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>What came of a seed.</summary>
internal sealed record Result(Scenario Scenario, ulong Hash, IReadOnlyList<string> Violations);
