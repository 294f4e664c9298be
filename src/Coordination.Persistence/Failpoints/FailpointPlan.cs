using System.Globalization;

namespace Coordination.Persistence;

/// <summary>
/// What the environment asks for: <c>COORD_FAILPOINT=W7:17:kill;D2:3:pause10s</c> acts at the 17th time W7 is reached and at the third of D2. It takes
/// effect only with <c>COORD_FAILPOINTS_ENABLED=1</c> in an environment that is named and is not Production.
/// </summary>
internal sealed record FailpointPlan
{
    public const string PointsVariable = "COORD_FAILPOINT";
    public const string SwitchVariable = "COORD_FAILPOINTS_ENABLED";

    /// <summary>One of <see cref="PlantedBugs"/>.</summary>
    public const string BugVariable = "COORD_PLANTED_BUG";

    public required IReadOnlyList<PlannedFault> Faults { get; init; }

    /// <summary>One of <see cref="PlantedBugs"/>; null: none.</summary>
    public string? Bug { get; init; }

    /// <summary>Why this process must not start; null when it may.</summary>
    public string? Refusal { get; init; }

    public static FailpointPlan Off { get; } = new() { Faults = [] };

    public static FailpointPlan Read(Func<string, string?> variable)
    {
        if (variable(SwitchVariable) != "1")
        {
            return Off;
        }

        // As the host decides: a name that is not given means Production.
        var environment = variable("DOTNET_ENVIRONMENT") ?? variable("ASPNETCORE_ENVIRONMENT");
        if (string.IsNullOrWhiteSpace(environment) || environment.Equals("Production", StringComparison.OrdinalIgnoreCase))
        {
            return Refused(
                $"{SwitchVariable}=1 lets this process be killed at failpoints, and its environment is {(string.IsNullOrWhiteSpace(environment) ? "not named, which means Production" : environment)}. "
                    + $"Remove {SwitchVariable}, or set DOTNET_ENVIRONMENT to another environment than Production."
            );
        }

        var faults = new List<PlannedFault>();
        foreach (
            var entry in (variable(PointsVariable) ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        )
        {
            var parts = entry.Split(':');
            if (
                parts.Length != 3
                || !Failpoints.All.Contains(parts[0])
                || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || count < 1
                || Action(parts[2]) is not { } action
            )
            {
                return Refused(
                    $"{PointsVariable} has '{entry}'; expected name:count:action, with a name of {string.Join(", ", Failpoints.All)}, a count from 1, "
                        + "and one of kill, pause<seconds>s, throw, cut_db, cut_broker."
                );
            }

            faults.Add(new PlannedFault(parts[0], count, action.Kind, action.Pause));
        }

        var bug = variable(BugVariable) is { Length: > 0 } name ? name : null;
        return bug is null || PlantedBugs.All.Contains(bug)
            ? new FailpointPlan { Faults = faults, Bug = bug }
            : Refused($"{BugVariable} is '{bug}'; expected one of {string.Join(", ", PlantedBugs.All)}.");
    }

    private static FailpointPlan Refused(string why) => new() { Faults = [], Refusal = why };

    private static (FailpointAction Kind, TimeSpan Pause)? Action(string word) =>
        word switch
        {
            "kill" => (FailpointAction.Kill, default),
            "throw" => (FailpointAction.Throw, default),
            "cut_db" => (FailpointAction.CutDatabase, default),
            "cut_broker" => (FailpointAction.CutBroker, default),
            _ when word.StartsWith("pause", StringComparison.Ordinal)
                    && word.EndsWith('s')
                    && int.TryParse(word[5..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                    && seconds > 0 => (FailpointAction.Pause, TimeSpan.FromSeconds(seconds)),
            _ => null,
        };
}

/// <summary>One fault: at which pass of which point what happens.</summary>
internal sealed record PlannedFault(string Point, int Count, FailpointAction Action, TimeSpan Pause);

internal enum FailpointAction
{
    /// <summary>SIGKILL of this process.</summary>
    Kill,

    /// <summary>The whole process is stopped and continued after a time, as by an overloaded machine.</summary>
    Pause,
    Throw,
    CutDatabase,
    CutBroker,
}
