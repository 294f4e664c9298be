using Coordination.Sagas.Runs;

namespace Coordination.Monitor;

/// <summary>What a timer is for, in words. Pure.</summary>
internal static class TimerWords
{
    public static string Of(string messageType, string? kind, string? stepId, string? attempt) =>
        messageType switch
        {
            "run.timer-due.v1" => OfRun(kind, stepId, attempt),
            "ballot.timer-due.v1" => "end of the ballot's phase",
            _ => $"sends {messageType}",
        };

    private static string OfRun(string? kind, string? stepId, string? attempt) =>
        (kind is null ? null : RunTimer.Parse(kind)) switch
        {
            RunTimerKind.Deadline => "deadline of the run",
            RunTimerKind.Window => "end of the time for undoing",
            RunTimerKind.Stop => "end of the time running steps have to stop",
            RunTimerKind.Timeout => $"timeout of attempt {attempt} of step {stepId}",
            RunTimerKind.Retry => $"next attempt of step {stepId}, after attempt {attempt}",
            RunTimerKind.Question => $"end of the wait for an answer at step {stepId}",
            _ => $"timer {kind ?? "of an unknown kind"}",
        };
}
