namespace Coordination.Contracts.V1;

/// <summary>What became of a ballot a step of a run waits for.</summary>
[Contract("run.ballot-decided", 1, 0)]
public sealed record RunBallotDecided : IRunMessage
{
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }
    public required Guid BallotId { get; init; }

    /// <summary>DECIDED or a reason code, also when the ballot was not opened.</summary>
    public required string Outcome { get; init; }

    /// <summary>What was decided; absent: nothing may be done.</summary>
    public string? Option { get; init; }

    /// <summary>Of the request the ballot was opened with: the run takes an option only of the ballot it asked for. Absent without an option.</summary>
    public string? OpeningHash { get; init; }

    /// <summary>For a person to read, up to 500 characters.</summary>
    public string? Detail { get; init; }
}

/// <summary>A timer of a run has fired. The run's host sends it to itself; nobody else needs it.</summary>
[Contract("run.timer-due", 1, 0)]
public sealed record RunTimerDue : IRunMessage
{
    public required Guid RunId { get; init; }

    /// <summary>What it is for, for example <c>step-timeout</c>. 1 to 64 characters.</summary>
    public required string Kind { get; init; }

    /// <summary>The step it is for; absent for timers of the whole run.</summary>
    public string? StepId { get; init; }

    /// <summary>The attempt it is for; 0 for timers of the whole run.</summary>
    public required int Attempt { get; init; }
}
