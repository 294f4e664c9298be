using System.Collections.Concurrent;
using Coordination.Testing;

namespace Coordination.Faults.Matrix;

/// <summary>Carries out the plan: each process is armed for one life, its end brings the next; the slots go on side by side.</summary>
internal sealed class Crashes(MatrixFleet fleet, Progress progress, IReadOnlyList<IReadOnlyList<CrashLife>> plan)
{
    private static readonly TimeSpan Reach = TimeSpan.FromSeconds(90);

    /// <summary>In it a woken zombie does what it has left to do.</summary>
    private static readonly TimeSpan Awake = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<CrashLife, bool> givenUp = new();
    private readonly ConcurrentQueue<FaultRecord> done = new();

    /// <summary>Lives whose point was not reached in time.</summary>
    public IReadOnlyCollection<CrashLife> Unreached => [.. givenUp.Keys];

    /// <summary>What has happened so far.</summary>
    public IReadOnlyCollection<FaultRecord> Done => done;

    /// <summary>When a worker was there and awake: a frozen one is there for nobody.</summary>
    public IReadOnlyList<UpTime> WorkersUp =>
        [
            .. fleet
                .Workers.SelectMany(slot => slot.UpTimes)
                .Select(span =>
                    done.FirstOrDefault(crash =>
                        crash.Class == CrashPoint.Zombie
                        && crash.Target.StartsWith(span.Slot, StringComparison.Ordinal)
                        && crash.From > span.From
                        && crash.From < span.Until
                    )
                        is { } frozen
                        ? span with
                        {
                            Until = frozen.From,
                        }
                        : span
                ),
        ];

    public Task RunAsync(CancellationToken ct) => Task.WhenAll(fleet.Slots.Select((slot, i) => RunAsync(slot, plan[i], ct)));

    private static async Task EndAsync(Slot slot, CrashLife life, int deaths, CancellationToken ct)
    {
        await Eventually.Until(() => slot.Deaths >= deaths && slot.Current.IsUp, Reach, $"{slot.Name} to take work", ct);
        await Task.Delay(TimeSpan.FromMilliseconds(life.Pass), ct);
        await File.WriteAllTextAsync(life.Log, $"kill {slot.Current.Id}\n", ct);
        slot.Current.Kill();
    }

    private async Task RunAsync(Slot slot, IReadOnlyList<CrashLife> lives, CancellationToken ct)
    {
        if (lives.Count == 0)
        {
            return;
        }

        slot.Arm(lives.Select(life => new ArmedLife(life.Environment, () => life.HasHappened || givenUp.ContainsKey(life))));
        var deaths = slot.Deaths;
        // The unarmed process makes way for the first armed one.
        slot.Current.Kill();
        foreach (var life in lives)
        {
            // Each life is that of a process of its own.
            deaths++;
            try
            {
                if (life.IsRandom)
                {
                    await EndAsync(slot, life, deaths, ct);
                }

                await Eventually.Until(() => life.HasHappened, Reach, $"{life.Point} in {slot.Name}", ct);
            }
            catch (TimeoutException)
            {
                givenUp[life] = true;
                slot.Current.Kill();
                continue;
            }

            var (open, at) = (progress.Open, TimeProvider.System.GetUtcNow());
            if (life.IsZombie)
            {
                await Task.Delay(CrashLife.Freeze + Awake, ct);
                slot.Current.Kill();
            }

            done.Enqueue(
                new FaultRecord(life.Point, $"{slot.Name} at {life.Failpoint} {life.When}", at, TimeProvider.System.GetUtcNow(), open)
            );
        }

        await Eventually.Until(() => slot.Current.IsUp, Reach, $"{slot.Name} to take work", ct);
    }
}
