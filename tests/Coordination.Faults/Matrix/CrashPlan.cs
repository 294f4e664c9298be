using System.Globalization;

namespace Coordination.Faults.Matrix;

/// <summary>One life of a process: what ends it, or freezes it, and the file that tells when it did.</summary>
internal sealed record CrashLife(string Point, string Failpoint, int Pass, string Log)
{
    /// <summary>Longer than the lease (2 s), the settle time of a probe (1 s) and what a takeover takes.</summary>
    public static readonly TimeSpan Freeze = TimeSpan.FromSeconds(6);

    public bool IsRandom => Failpoint == CrashPoint.AtAnyTime;

    public bool IsZombie => Point == CrashPoint.Zombie;

    /// <summary>For a kill in the call: before or after it takes effect.</summary>
    public string When { get; init; } = "";

    public bool Undo { get; init; }

    public bool HasHappened => File.Exists(Log);

    public Dictionary<string, string> Environment =>
        IsRandom ? []
        : Failpoint == CrashPoint.InTheCall
            ? new() { ["FAULTS_SINK_KILL"] = string.Create(CultureInfo.InvariantCulture, $"{Pass}:{When}:{(Undo ? "undo" : "do")}:{Log}") }
        : new()
        {
            ["COORD_FAILPOINT"] = $"{Failpoint}:{Pass}:{(IsZombie ? $"pause{Freeze.TotalSeconds:0}s" : "kill")}",
            ["COORD_FAILPOINT_LOG"] = Log,
        };
}

/// <summary>Which slot's processes end where, in which order: all of it follows from the seed.</summary>
internal static class CrashPlan
{
    // The host sees every message. Killed again before it has got through what it was given, it would kill for the poison it is taken for.
    private const int HostIsBusier = 8;

    /// <param name="slots">The place of each slot of the fleet.</param>
    /// <param name="logs">Where the lives tell what happened.</param>
    /// <returns>For each slot its lives, one after the other.</returns>
    public static IReadOnlyList<IReadOnlyList<CrashLife>> Of(MatrixSettings settings, IReadOnlyList<Place> slots, string logs)
    {
        var draw = new Random(settings.Seed);
        var lives = slots.Select(_ => new List<CrashLife>()).ToList();
        var chosen = CrashPoint.All.Where(point => settings.Points.Count == 0 || settings.Points.Contains(point.Name));
        // Where there is least choice first: the others even it out.
        foreach (var point in chosen.OrderBy(point => point.Hits.SelectMany(hit => hit.Places).Distinct().Count()))
        {
            var count = point.Name == CrashPoint.Zombie && settings.Points.Count == 0 ? settings.Zombies : settings.Kills;
            for (var i = 0; i < count; i++)
            {
                var hit = point.Hits[i % point.Hits.Length];
                var slot = Enumerable
                    .Range(0, slots.Count)
                    .Where(s => hit.Places.Contains(slots[s]))
                    .MinBy(s => (lives[s].Count, draw.Next()));
                var passes = slots[slot] == Place.Host && hit.Failpoint != CrashPoint.AtAnyTime ? hit.Passes * HostIsBusier : hit.Passes;
                lives[slot]
                    .Add(
                        new CrashLife(point.Name, hit.Failpoint, 1 + draw.Next(passes), Path.Combine(logs, $"{point.Name}-{i + 1}.hit"))
                        {
                            When = draw.Next(2) == 0 ? "before" : "after",
                            Undo = hit.Undo,
                        }
                    );
            }
        }

        foreach (var some in lives)
        {
            draw.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(some));
        }

        return lives;
    }
}
