using System.Collections.Concurrent;
using System.Globalization;
using Coordination.Testing;

namespace Coordination.Faults;

/// <summary>
/// Ends, freezes or cuts off processes at the commit points, each at a pass the seed chooses. A process tells of a point it has come to by a line in a
/// file; a point that is never reached is a violation of its own.
/// </summary>
internal sealed class TargetedFaults(SuiteSettings settings, string logs)
{
    private const int Rarely = 4;
    private static readonly TimeSpan Reach = TimeSpan.FromSeconds(90);

    // Where each point is passed for certain, and not only when others leave something over: what has its receiver in the same process stays there, so a
    // process that hosts runs alone sees submissions and few answers.
    private static readonly string[][] Points =
    [
        ["S1", "S2", "S3", "W5", "W6", "W7", "W8", "W9"],
        ["W1", "W2", "W3", "W4", "R1", "R2"],
        ["I1", "D1", "D2", "D3", "D4", "D5"],
    ];

    /// <summary>Every planned fault: its slot, and point and action.</summary>
    public IReadOnlyList<(int Slot, string Point, string Action)> Plan { get; } =
    [
        .. settings
            .TargetedActions.SelectMany(action => Points.SelectMany((points, slot) => points.Select(point => (slot, point, action))))
            .Where((_, i) => i % settings.Slices == settings.Slice - 1),
    ];

    /// <summary>Carries all out; the three slots go on side by side.</summary>
    public async Task<IReadOnlyList<FaultRecord>> RunAsync(
        ProcessFleet fleet,
        Progress progress,
        Action<string> unreached,
        CancellationToken ct
    )
    {
        var done = await Task.WhenAll(
            RunSlotAsync(0, fleet.Host, progress, unreached, ct),
            RunSlotAsync(1, fleet.Worker, progress, unreached, ct),
            RunSlotAsync(2, fleet.Feeder, progress, unreached, ct)
        );
        return [.. done.SelectMany(records => records)];
    }

    private async Task<List<FaultRecord>> RunSlotAsync(
        int number,
        Slot slot,
        Progress progress,
        Action<string> unreached,
        CancellationToken ct
    )
    {
        var records = new List<FaultRecord>();
        var lives = Lives(number).ToList();
        // Each process of the slot is armed for one life; the kill that ends it brings the next. The first takes the place of an unarmed one.
        var givenUp = new ConcurrentDictionary<Planned, bool>();
        bool IsDone(List<Planned> life) => life.TrueForAll(fault => givenUp.ContainsKey(fault) || HasHappened(number, fault));
        slot.Arm(lives.Select(life => new ArmedLife(Environment(number, life), () => IsDone(life))));
        slot.Current.Kill();
        foreach (var fault in lives.SelectMany(life => life))
        {
            try
            {
                await Eventually.Until(() => HasHappened(number, fault), Reach + fault.Pause, fault.Text, ct);
            }
            catch (TimeoutException)
            {
                unreached($"{fault.Text} in {slot.Name}");
                givenUp[fault] = true;
                if (fault.Action == "kill")
                {
                    slot.Current.Kill();
                }

                continue;
            }

            var (open, at) = (progress.Open, TimeProvider.System.GetUtcNow());
            await Task.Delay(fault.Pause, ct);
            records.Add(new FaultRecord($"at {fault.Point}: {fault.Action}", slot.Name, at, TimeProvider.System.GetUtcNow(), open));
        }

        await Eventually.Until(() => slot.Current.IsUp, Reach, $"{slot.Name} to take work", ct);
        return records;
    }

    /// <summary>A kill ends a process' life; faults that it survives follow each other in one life.</summary>
    private IEnumerable<List<Planned>> Lives(int slot)
    {
        // The same draw at every call: what is armed is what is waited for.
        var draw = new Random(settings.Seed * 1_000 + settings.Slice * 10 + slot);
        var survived = new List<Planned>();
        var pass = 0;
        foreach (var (_, point, action) in Plan.Where(planned => planned.Slot == slot))
        {
            if (action == "kill")
            {
                yield return [new Planned(point, 1 + draw.Next(Rarely), action)];
                continue;
            }

            pass += 3 + draw.Next(Rarely);
            survived.Add(new Planned(point, pass, action));
        }

        if (survived.Count > 0)
        {
            yield return survived;
        }
    }

    private Dictionary<string, string> Environment(int slot, List<Planned> life) =>
        new()
        {
            ["COORD_FAILPOINTS_ENABLED"] = "1",
            ["COORD_FAILPOINT"] = string.Join(';', life.Select(fault => fault.Text)),
            ["COORD_FAILPOINT_LOG"] = LogOf(slot),
        };

    private bool HasHappened(int slot, Planned fault) =>
        File.Exists(LogOf(slot))
        && File.ReadLines(LogOf(slot)).Any(line => line.StartsWith($"{fault.Point} {fault.Pass} {fault.Word} ", StringComparison.Ordinal));

    private string LogOf(int slot) => Path.Combine(logs, $"failpoints-{slot}.log");

    private sealed record Planned(string Point, int Pass, string Action)
    {
        public string Text => $"{Point}:{Pass}:{Action}";

        public TimeSpan Pause =>
            Action.StartsWith("pause", StringComparison.Ordinal)
                ? TimeSpan.FromSeconds(int.Parse(Action[5..^1], CultureInfo.InvariantCulture))
                : TimeSpan.Zero;

        /// <summary>The action as the process writes it down.</summary>
        public string Word =>
            Action switch
            {
                "kill" => "Kill",
                "cut_db" => "CutDatabase",
                "cut_broker" => "CutBroker",
                _ => "Pause",
            };
    }
}
