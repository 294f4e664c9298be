using System.Globalization;

namespace Coordination.Monitor;

/// <summary>
/// Decides whether a run is stuck: nothing was heard of it, none of its steps is with a living worker, a person or an open ballot, and no timer will wake it before
/// its deadline does. The reason is the most likely one, in words.
/// </summary>
internal static class StuckRun
{
    /// <summary>Without progress for so long a run is looked at.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    /// <summary>An instance that announced itself within this time is taken to be alive.</summary>
    public static readonly TimeSpan AliveFor = TimeSpan.FromSeconds(90);

    /// <summary>Instances announce themselves every 30 seconds: whoever was not heard of for longer than this has probably stopped.</summary>
    private static readonly TimeSpan HeardLately = TimeSpan.FromSeconds(40);

    /// <summary>What is due may be so late before it counts as missing.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(20);

    public static StuckVerdict Of(StuckFacts facts)
    {
        var why = facts.Steps.ToDictionary(step => step.StepId, step => Obstacle(facts, step), StringComparer.Ordinal);
        if (facts.Now - facts.LastProgressAt < Quiet)
            return new StuckVerdict(null, why);
        if (facts.Steps.Count == 0)
            return new StuckVerdict(InTheWay(facts, step: null) ?? "no step is under way, and nothing will start one", why);
        // One step that is going on, or waits for something that will come, moves the run.
        var obstacles = facts.Steps.Select(step => why[step.StepId]).ToList();
        return new StuckVerdict(obstacles.Contains(null) ? null : obstacles[0], why);
    }

    /// <summary>What holds a step up; null: it is going on, or what it waits for will come.</summary>
    private static string? Obstacle(StuckFacts facts, StuckStep step) =>
        step.Status switch
        {
            StepWords.Dispatched or StepWords.Compensating => WithWorker(facts, step),
            StepWords.BallotWait => WithBallot(facts, step),
            StepWords.InputWait => null,
            _ => WithTimer(facts, step),
        };

    private static string? WithWorker(StuckFacts facts, StuckStep step)
    {
        if (step.Claim is { } claim && claim.ExpiresAt > facts.Now)
        {
            // Its lease is renewed: the worker lives. It is in nobody's way before its time is over.
            return step.WaitEndsAt is { } end && facts.Now - end > Late
                ? $"worker {claim.Owner} holds step '{step.StepId}' beyond its time, and nothing was heard of it for {Ago(facts.Now - claim.ClaimedAt)}"
                : null;
        }
        if (step.Claim is { } lost)
        {
            return step.Agent.Alive == 0
                ? $"{NoInstance(facts, step)}; the claim of worker {lost.Owner} on step '{step.StepId}' ended {Ago(facts.Now - lost.ExpiresAt)} ago"
                : $"the claim of worker {lost.Owner} on step '{step.StepId}' ended {Ago(facts.Now - lost.ExpiresAt)} ago and nobody took it over";
        }
        if (InTheWay(facts, step) is { } message)
            return message;
        if (step.Agent.Alive == 0)
            return NoInstance(facts, step);
        // Behind others it waits its turn.
        if (step.Agent.Working > 0)
            return null;
        return step.Agent.LastSeenAt is { } seen && facts.Now - seen > HeardLately
            ? $"no instance of agent {step.AgentType} has taken step '{step.StepId}'; the last one was heard of {Ago(facts.Now - seen)} ago and has probably stopped"
            : $"step '{step.StepId}' was sent to agent {step.AgentType}, and none of {step.Agent.Alive} living instance(s) has taken it";
    }

    private static string? WithBallot(StuckFacts facts, StuckStep step)
    {
        if (step.Ballot is { IsOpen: true } open)
        {
            return open.EndsAt is { } end && facts.Now - end > Late
                ? $"the ballot of step '{step.StepId}' should have ended {Ago(facts.Now - end)} ago: its service does not answer"
                : null;
        }
        return InTheWay(facts, step)
            ?? (
                step.Ballot is null
                    ? $"the ballot of step '{step.StepId}' was never opened: no ballot service runs"
                    : $"the ballot of step '{step.StepId}' is decided and the run has not heard of it"
            );
    }

    private static string? WithTimer(StuckFacts facts, StuckStep step)
    {
        if (step.TimerDueAt is not { } due)
            return InTheWay(facts, step) ?? $"the timer of step '{step.StepId}' is missing";
        return facts.Now - due > Late ? $"the timer of step '{step.StepId}' was due {Ago(facts.Now - due)} ago and has not arrived" : null;
    }

    /// <summary>A message of the run that was parked or has not left.</summary>
    private static string? InTheWay(StuckFacts facts, StuckStep? step)
    {
        if (facts.Parked.Count > 0)
        {
            var letter =
                facts.Parked.FirstOrDefault(parked => step is not null && parked.Endpoint == "agent-" + step.AgentType) ?? facts.Parked[0];
            return $"dead letter #{letter.Id.ToString(CultureInfo.InvariantCulture)} parks its message {letter.MessageType} ({letter.Reason})";
        }
        if (
            facts.Unsent.OrderBy(message => message.CreatedAt).FirstOrDefault(message => facts.Now - message.CreatedAt > Late) is { } unsent
        )
        {
            var cause =
                unsent.Attempts == 0 ? "nothing delivers: the broker is away, or no process does"
                : unsent.LastError is { } error ? $"{unsent.Attempts} deliveries failed: {error}"
                : $"{unsent.Attempts} deliveries failed";
            return $"its message {unsent.MessageType} to {unsent.Endpoint} has not left for {Ago(facts.Now - unsent.CreatedAt)}: {cause}";
        }
        return null;
    }

    private static string NoInstance(StuckFacts facts, StuckStep step) =>
        $"no living instance of agent {step.AgentType}"
        + (step.Agent.LastSeenAt is { } seen ? $" (last seen {Ago(facts.Now - seen)} ago)" : " (none was seen within a day)");

    internal static string Ago(TimeSpan time) =>
        time.TotalSeconds < 1 ? "a moment"
        : time.TotalMinutes < 2 ? $"{(int)time.TotalSeconds} s"
        : time.TotalHours < 2 ? $"{(int)time.TotalMinutes} min"
        : time.TotalDays < 2 ? $"{(int)time.TotalHours} h"
        : $"{(int)time.TotalDays} days";
}
