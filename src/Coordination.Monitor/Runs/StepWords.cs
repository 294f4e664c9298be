namespace Coordination.Monitor;

/// <summary>The names of steps' statuses as views say them, and what they mean to a reader.</summary>
internal static class StepWords
{
    public const string Pending = "pending";
    public const string Dispatched = "dispatched";
    public const string RetryWait = "retry-wait";
    public const string InputWait = "input-wait";
    public const string BallotWait = "ballot-wait";
    public const string Done = "done";
    public const string Failed = "failed";
    public const string Skipped = "skipped";
    public const string Cancelled = "cancelled";
    public const string Compensating = "compensating";
    public const string CompensationWait = "compensation-wait";
    public const string Compensated = "compensated";
    public const string CompensationFailed = "compensation-failed";

    /// <summary>Something is being done about the step, or waited for.</summary>
    public static bool IsUnderWay(string status) =>
        status is Dispatched or RetryWait or InputWait or BallotWait or Compensating or CompensationWait;

    /// <summary>Somebody undoes it, did, or could not.</summary>
    public static bool IsUndone(string status) => status is Compensating or CompensationWait or Compensated or CompensationFailed;

    /// <summary>What it waits for; null when it waits for nothing.</summary>
    public static string? WaitOf(string status) =>
        status switch
        {
            Pending => WaitKinds.EarlierSteps,
            Dispatched => WaitKinds.Worker,
            RetryWait => WaitKinds.Retry,
            InputWait => WaitKinds.Person,
            BallotWait => WaitKinds.Ballot,
            Compensating or CompensationWait => WaitKinds.Undo,
            _ => null,
        };
}

/// <summary>What steps wait for.</summary>
internal static class WaitKinds
{
    public const string Worker = "worker";
    public const string Person = "person";
    public const string Ballot = "ballot";
    public const string Retry = "retry";
    public const string Undo = "undo";
    public const string EarlierSteps = "earlier-steps";
}

/// <summary>The names of runs' statuses as views say them.</summary>
internal static class RunStatuses
{
    public static IReadOnlyList<string> All { get; } =
    ["running", "cancelling", "compensating", "completed", "partial", "failed", "cancelled", "expired"];

    /// <summary>Those of runs that are not over.</summary>
    public static IReadOnlyList<string> Open { get; } = [.. All.Where(status => !IsTerminal(status))];

    public static bool IsTerminal(string status) => status is not ("running" or "cancelling" or "compensating");
}
