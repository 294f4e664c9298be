using Coordination.Contracts;
using Coordination.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Coordination.Simulation;

/// <summary>
/// One life of one simulated process: the product's own relay, delivery, stores, saga and workers on simulated ports. It can crash between any two
/// awaits; what is left of it then never gets an answer again.
/// </summary>
internal sealed class Node
{
    private readonly TaskCompletionSource never = new();
    private readonly HashSet<SimulatedUnitOfWork> open = [];
    private readonly List<IHostedService> loops = [];

    public Node(World world, int number, int life)
    {
        World = world;
        Number = number;
        Name = $"n{number}.{life}";
        Time = new NodeTime(world.Time);
        Link = new Link(world.Broker, this);
    }

    public World World { get; }

    public int Number { get; }

    public string Name { get; }

    public NodeTime Time { get; }

    /// <summary>Its connection to the broker.</summary>
    public Link Link { get; }

    public bool IsDead { get; private set; }

    /// <summary>It has stood still at some time: its idea of a lease may be wrong.</summary>
    public bool HasFrozen { get; private set; }

    /// <summary>It was asked to stop and takes nothing new.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Completes when the process is gone, in whatever way.</summary>
    public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What a dead process waits for.</summary>
    public Task Never => never.Task;

    public IServiceProvider Services { get; private set; } = null!;

    public IUnitOfWorkFactory Units { get; private set; } = null!;

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public async Task StartAsync()
    {
        var (scenario, bug) = (World.Scenario, World.Bug);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddSingleton(World.Metrics);
        services.AddSingleton(Options.Create(OutboxSettings(scenario, bug)));
        services.AddSingleton(
            new Sender
            {
                Type = "simulation",
                Instance = Name,
                Build = "1",
            }
        );
        services.AddSingleton<EnvelopeFactory>();
        services.AddSingleton<DatabaseClock>();
        services.AddSingleton(new GuardOptions { MaxRedeliveries = 1_000 });
        services.AddSingleton<IDeadLetters, DeadLetters>();
        services.AddSingleton<Parking>();
        services.AddSingleton<Guard>();
        services.AddSingleton<ITimers, Timers>();
        var relay = new LateRelay();
        Units = bug.Units(this, new SimulatedUnits(this, World.Ground, scenario.Embedded, relay));
        services.AddSingleton(Units);
        services.AddSingleton(bug.Store(this, new OutboxStore(Units)));
        services.AddSingleton(bug.Sender(this, new SimulatedSender(this)));
        services.AddSingleton<IOutboxRelay>(relay);
        services.AddSingleton<OutboxDelivery>();
        services.AddSingleton<LocalEndpoints>();
        services.AddSingleton<LocalHandOver>();
        services.AddSingleton<OutboxRelay>();
        RunWork.Register(this, services);
        Services = services.BuildServiceProvider();
        relay.Real = bug.Relay(this, Get<OutboxRelay>());
        loops.Add(Get<OutboxRelay>());
        LedgerWork.Start(this);
        RunWork.Start(this, loops);
        foreach (var loop in loops)
        {
            await loop.StartAsync(CancellationToken.None);
        }

        Link.Restore();
    }

    /// <summary>A place between two awaits: time passes, and the process may crash, freeze or already be gone.</summary>
    public async ValueTask Step(string point)
    {
        if (IsDead)
        {
            await never.Task;
        }

        var (dice, faults) = (World.Dice, World.Faults);
        if (dice.Falls(faults.Crash))
        {
            Crash(point);
            await never.Task;
        }

        if (dice.Falls(faults.Freeze))
        {
            var span = dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
            World.Trace($"{Name} freezes at {point} for {span.TotalSeconds:0.0} s");
            World.Faulty++;
            Time.FrozenUntilMs = World.Time.NowMs + (long)span.TotalMilliseconds;
            HasFrozen = true;
            _ = World.Time.After(span, () => World.Broker.Offer());
        }

        var pause = dice.Falls(0.3) ? dice.Between(0, World.Scenario.LatencyMs) : 0;
        if (pause > 0 || Time.IsFrozen)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, pause)), Time);
        }
        else
        {
            await Task.Yield();
        }

        if (IsDead)
        {
            await never.Task;
        }
    }

    public void Crash(string point)
    {
        World.Trace($"{Name} crashes at {point}");
        World.Faulty++;
        End();
    }

    /// <summary>Ends as on SIGTERM: what was taken is brought to its end.</summary>
    public async Task StopAsync()
    {
        World.Trace($"{Name} stops");
        IsStopping = true;
        Get<LocalEndpoints>().Close();
        Link.Close();
        await Link.DrainedAsync();
        for (var i = loops.Count - 1; i >= 0; i--)
        {
            await loops[i].StopAsync(CancellationToken.None);
        }

        World.Trace($"{Name} has stopped");
        End();
    }

    public void Opened(SimulatedUnitOfWork work) => open.Add(work);

    public void Closed(SimulatedUnitOfWork work) => open.Remove(work);

    private void End()
    {
        if (IsDead)
        {
            return;
        }

        World.Checks.HandedOver(Simulation.World.GivenIn(this));
        IsDead = true;
        Time.Stopped = true;
        Link.Lose();
        if (World.Scenario.Embedded)
        {
            World.Broker.Forget();
        }

        foreach (var work in open)
        {
            work.Abandon();
        }

        open.Clear();
        Gone.TrySetResult();
    }

    private static OutboxOptions OutboxSettings(Scenario scenario, Bug bug)
    {
        var options = new OutboxOptions
        {
            MaxInFlight = scenario.MaxInFlight,
            HandOver = scenario.HandOver,
            SweepBatch = scenario.SweepBatch,
            SweepInterval = scenario.SweepInterval,
            Lease = scenario.Lease,
            PublishTimeout = scenario.PublishTimeout,
            HandOverLease = scenario.HandOverLease,
            RetryDelay = TimeSpan.FromMilliseconds(100),
            // Parking has tests of its own; here nothing may be given up.
            MaxAttempts = 100,
        };
        bug.Configure(options);
        return options;
    }

    /// <summary>The relay is built on the store whose commits it hears of.</summary>
    private sealed class LateRelay : IOutboxRelay
    {
        public IOutboxRelay Real { get; set; } = new NullRelay();

        public void Committed(IReadOnlyList<OutboxRow> rows, IReadOnlyList<long> olderPending) => Real.Committed(rows, olderPending);

        public void TimerStored(TimeSpan delay) => Real.TimerStored(delay);
    }
}
