using System.Collections.Concurrent;
using Coordination.Testing;
using Npgsql;

namespace Coordination.Faults;

/// <summary>
/// A seeded schedule over all classes of faults: one every few seconds, three in ten with a second one on top (failures come in pairs), and never two on
/// the same thing at once.
/// </summary>
internal sealed class RandomFaults(World world, ProcessFleet fleet, Progress progress, SuiteSettings settings)
{
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(30);
    private readonly Random random = new(settings.Seed * 31 + settings.Slice);
    private readonly ConcurrentQueue<FaultRecord> done = new();

    /// <summary>Stops that were not in good order (F6).</summary>
    public ConcurrentQueue<string> BadStops { get; } = new();

    public IReadOnlyCollection<FaultRecord> Done => done;

    public async Task RunAsync(CancellationToken ct)
    {
        foreach (var faults in Schedule())
        {
            await Task.WhenAll(faults.Select(fault => CarryOutAsync(fault, ct)));
            await Task.Delay(Between(0.5, 2), ct);
        }
    }

    /// <summary>All classes in a drawn order, again and again, in ones and twos.</summary>
    private IEnumerable<List<string>> Schedule()
    {
        var waiting = new Queue<string>();
        for (var left = settings.RandomFaults; left > 0; )
        {
            if (waiting.Count < 2)
            {
                foreach (var next in FaultClass.For(settings.BrokerNodes).OrderBy(_ => random.Next()).ToList())
                {
                    waiting.Enqueue(next);
                }
            }

            var faults = new List<string> { waiting.Dequeue() };
            if (left > 1 && random.Next(10) < 3 && PartOf(waiting.Peek()) != PartOf(faults[0]))
            {
                faults.Add(waiting.Dequeue());
            }

            left -= faults.Count;
            yield return faults;
        }
    }

    private async Task CarryOutAsync(string fault, CancellationToken ct)
    {
        var (open, from) = (progress.Open, TimeProvider.System.GetUtcNow());
        var target = await InjectAsync(fault, ct);
        done.Enqueue(new FaultRecord(fault, target, from, TimeProvider.System.GetUtcNow(), open));
    }

    private async Task<string> InjectAsync(string fault, CancellationToken ct)
    {
        switch (fault)
        {
            case FaultClass.WorkerKilled:
                return await KillAsync("worker", ct);
            case FaultClass.HostKilled:
                return await KillAsync("host", ct);
            case FaultClass.FeederKilled:
                return await KillAsync("feeder", ct);
            case FaultClass.ProcessFrozen:
                return await FreezeAsync(ct);
            case FaultClass.ProcessStopped:
                return await StopAsync(ct);
            case FaultClass.BrokerRestarted:
                return await world.Broker.RestartAsync(Between(1, 3), ct);
            case FaultClass.BrokerKilled:
                return await world.Broker.KillAsync(Between(0, 2), ct);
            case FaultClass.BrokerFrozen:
                return await world.Broker.FreezeAsync(Between(8, 15), ct);
            case FaultClass.BrokerCut:
                return await SayAsync("cut broker");
            case FaultClass.DatabaseCut:
                return await SayAsync("cut database");
            case FaultClass.AnswersLost:
                return await SayAsync("lose answers");
            case FaultClass.BackendsEnded:
                return await EndBackendsAsync(ct);
            case FaultClass.DatabaseCrashed:
                await world.Postgres.KillAsync(ct);
                await world.Postgres.StartAsync(ct);
                return "database";
            case FaultClass.QueueDeleted:
                var queue = "agent-" + new[] { "alpha", "beta", "gamma", "delta" }[random.Next(4)];
                await world.Broker.Ctl("delete_queue", queue);
                return queue;
            case FaultClass.MemoryAlarm:
                await world.Broker.Ctl("set_vm_memory_high_watermark", "0.00001");
                await Task.Delay(Between(2, 5), ct);
                await world.Broker.Ctl("set_vm_memory_high_watermark", "0.6");
                return "broker";
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "There is no such class of faults.");
        }
    }

    private static string PartOf(string fault) =>
        fault switch
        {
            FaultClass.BrokerRestarted
            or FaultClass.BrokerKilled
            or FaultClass.BrokerFrozen
            or FaultClass.QueueDeleted
            or FaultClass.MemoryAlarm => "broker",
            FaultClass.DatabaseCrashed or FaultClass.BackendsEnded => "database",
            _ => "processes",
        };

    private async Task<Slot> PickAsync(string? role, CancellationToken ct)
    {
        var candidates = fleet.Slots.Where(slot => role is null || slot.Roles.Contains(role)).ToList();
        var slot = candidates[random.Next(candidates.Count)];
        // One that has just been started has nothing to lose yet.
        await Eventually.Until(() => slot.Current.IsUp, TimeSpan.FromSeconds(60), $"{slot.Name} to take work", ct);
        return slot;
    }

    private async Task<string> KillAsync(string role, CancellationToken ct)
    {
        var slot = await PickAsync(role, ct);
        slot.Current.Kill();
        return slot.Name;
    }

    private async Task<string> FreezeAsync(CancellationToken ct)
    {
        var slot = await PickAsync(null, ct);
        var process = slot.Current;
        await process.FreezeAsync();
        await Task.Delay(Between(5, settings.LongestFreeze.TotalSeconds), ct);
        await process.ContinueAsync();
        return slot.Name;
    }

    private async Task<string> StopAsync(CancellationToken ct)
    {
        var slot = await PickAsync(null, ct);
        var (process, deaths) = (slot.Current, slot.Deaths);
        await process.TerminateAsync();
        try
        {
            await Eventually.Until(() => slot.Deaths > deaths, StopsWithin, $"{slot.Name} to stop", ct);
        }
        catch (TimeoutException)
        {
            BadStops.Enqueue($"{process.Name} was asked to stop and had not {StopsWithin.TotalSeconds} s later");
            process.Kill();
        }

        return slot.Name;
    }

    private async Task<string> SayAsync(string line)
    {
        // Half of the time one process, half of the time all at once.
        if (random.Next(2) == 0)
        {
            await fleet.SayToAllAsync(line);
            return "all";
        }

        var slot = fleet.Slots[random.Next(fleet.Slots.Count)];
        await slot.Current.SayAsync(line);
        return slot.Name;
    }

    private async Task<string> EndBackendsAsync(CancellationToken ct)
    {
        try
        {
            await using var command = world.Store.CreateCommand(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            );
            return $"{await command.ExecuteScalarAsync(ct)} connections";
        }
        catch (NpgsqlException)
        {
            return "none: the database was away";
        }
    }

    private TimeSpan Between(double least, double most) => TimeSpan.FromSeconds(least + random.NextDouble() * Math.Max(0, most - least));
}
