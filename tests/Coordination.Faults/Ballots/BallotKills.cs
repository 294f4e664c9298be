using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using Coordination.Testing;

namespace Coordination.Faults.Ballots;

/// <summary>Kills each host at its points, one after the other; the hosts go on side by side. What ends where follows from the seed.</summary>
internal sealed class BallotKills(BallotFleet fleet, Electorate electorate, BallotSettings settings, string logs)
{
    private static readonly TimeSpan Reach = TimeSpan.FromSeconds(90);
    private readonly ConcurrentQueue<FaultRecord> done = new();
    private readonly ConcurrentDictionary<Life, bool> givenUp = new();

    public IReadOnlyCollection<FaultRecord> Done => done;

    /// <summary>Points that were not reached in time.</summary>
    public IReadOnlyCollection<string> Unreached => [.. givenUp.Keys.Select(life => $"{life.Point} at pass {life.Pass}")];

    public Task RunAsync(CancellationToken ct)
    {
        var lives = Plan();
        return Task.WhenAll(
            fleet.Hosts.Select((slot, i) => RunAsync(slot, [.. lives.Where((_, number) => number % fleet.Hosts.Count == i)], ct))
        );
    }

    private List<Life> Plan()
    {
        var draw = new Random(settings.Seed);
        var points = BallotPoint.All.Where(point => settings.Points.Count == 0 || settings.Points.Contains(point.Name)).ToList();
        var lives = Enumerable
            .Range(0, settings.Kills)
            .Select(i =>
            {
                var point = points[i % points.Count];
                return new Life(point.Name, 1 + draw.Next(point.Passes), Path.Combine(logs, $"{point.Name}-{i + 1}.hit"));
            })
            .ToList();
        draw.Shuffle(CollectionsMarshal.AsSpan(lives));
        return lives;
    }

    private async Task RunAsync(Slot slot, IReadOnlyList<Life> lives, CancellationToken ct)
    {
        slot.Arm(lives.Select(life => new ArmedLife(life.Environment, () => life.HasHappened || givenUp.ContainsKey(life))));
        // The unarmed process makes way for the first armed one.
        slot.Current.Kill();
        foreach (var life in lives)
        {
            try
            {
                await Eventually.Until(() => life.HasHappened, Reach, $"{life.Point} in {slot.Name}", ct);
            }
            catch (TimeoutException)
            {
                givenUp[life] = true;
                slot.Current.Kill();
                continue;
            }

            var now = TimeProvider.System.GetUtcNow();
            done.Enqueue(new FaultRecord(life.Point, $"{slot.Name} at pass {life.Pass}", now, now, electorate.Open));
        }

        await Eventually.Until(() => slot.Current.IsUp, Reach, $"{slot.Name} to take work", ct);
    }

    /// <summary>One life of a process: what ends it, and the file that tells when it did.</summary>
    private sealed record Life(string Point, int Pass, string Log)
    {
        public bool HasHappened => File.Exists(Log);

        public Dictionary<string, string> Environment =>
            new()
            {
                ["COORD_FAILPOINT"] = string.Create(CultureInfo.InvariantCulture, $"{Point}:{Pass}:kill"),
                ["COORD_FAILPOINT_LOG"] = Log,
            };
    }
}
