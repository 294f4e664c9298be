using System.Security.Cryptography;
using System.Text;

namespace Coordination.Sagas.Runs;

/// <summary>What a run's timer is for.</summary>
public enum RunTimerKind
{
    /// <summary>The run's deadline.</summary>
    Deadline,

    /// <summary>The time after the deadline in which a run may still undo its work.</summary>
    Window,

    /// <summary>The time running steps may take to stop.</summary>
    Stop,

    /// <summary>An attempt's timeout.</summary>
    Timeout,

    /// <summary>The pause before the next attempt.</summary>
    Retry,

    /// <summary>An open question's deadline.</summary>
    Question,
}

/// <summary>Names one timer of one run.</summary>
public readonly record struct RunTimer(RunTimerKind Kind, string? StepId = null, int Attempt = 0)
{
    /// <summary>The kind as it travels, for example <c>timeout</c>.</summary>
    public string KindName => RunJson.NameOf(Kind);

    internal static RunTimerKind? Parse(string kindName)
    {
        foreach (var kind in Enum.GetValues<RunTimerKind>())
        {
            if (RunJson.NameOf(kind) == kindName)
                return kind;
        }
        return null;
    }

    /// <summary>The handle under which it is stored: derived, so that nothing must be remembered to cancel it.</summary>
    public Guid Token(Guid runId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{runId:N}/{KindName}/{StepId}/{Attempt}"));
        return new Guid(hash.AsSpan(0, 16));
    }
}

/// <summary>
/// The timers a run has in a state. They follow from the state alone and the rules store only the difference between before and after,
/// so no wait can be without an end (LCK-04) and none can be left behind.
/// </summary>
public static class RunTimers
{
    public static IReadOnlyDictionary<RunTimer, DateTimeOffset> Of(RunState state)
    {
        var timers = new Dictionary<RunTimer, DateTimeOffset>();
        if (state.IsTerminal)
            return timers;
        if (state.Ending?.WindowEndsAt is { } windowEnd)
            timers[new(RunTimerKind.Window)] = windowEnd;
        else
            timers[new(RunTimerKind.Deadline)] = state.DeadlineAt;
        if (state.Ending is { } ending && state.Steps.Any(s => s.Status == StepStatus.Dispatched))
            timers[new(RunTimerKind.Stop)] = ending.StopBy;
        foreach (var step in state.Steps)
        {
            if (KindOf(step.Status) is { } kind)
                timers[new(kind, step.Id, step.Attempt)] = step.WaitEndsAt ?? state.DeadlineAt;
        }
        return timers;
    }

    private static RunTimerKind? KindOf(StepStatus status) =>
        status switch
        {
            StepStatus.Dispatched or StepStatus.Compensating => RunTimerKind.Timeout,
            StepStatus.RetryWait or StepStatus.CompensationWait => RunTimerKind.Retry,
            StepStatus.InputWait or StepStatus.BallotWait => RunTimerKind.Question,
            _ => null,
        };

    /// <summary>What must be stored so that exactly the timers of <paramref name="after"/> are pending. <paramref name="fired"/> is gone already.</summary>
    internal static IEnumerable<RunAction> Changes(RunState? before, RunState after, RunTimer? fired, DateTimeOffset now)
    {
        var old = before is null ? new Dictionary<RunTimer, DateTimeOffset>() : Of(before);
        var wanted = Of(after);
        foreach (var timer in old.Keys)
        {
            if (timer != fired && !wanted.ContainsKey(timer))
                yield return new RunAction.ClearTimer(timer);
        }
        foreach (var (timer, due) in wanted)
        {
            var delay = due > now ? due - now : TimeSpan.Zero;
            if (!old.TryGetValue(timer, out var oldDue) || timer == fired)
                yield return new RunAction.SetTimer(timer, delay);
            else if (oldDue != due)
                yield return new RunAction.MoveTimer(timer, delay);
        }
    }
}
