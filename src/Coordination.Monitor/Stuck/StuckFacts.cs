namespace Coordination.Monitor;

/// <summary>What speaks for or against a run's being stuck, as the database knows it at a moment.</summary>
internal sealed record StuckFacts
{
    public required Guid RunId { get; init; }

    /// <summary>The database clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>When the last entry was made in the run's history.</summary>
    public required DateTimeOffset LastProgressAt { get; init; }

    /// <summary>The run's steps that are under way.</summary>
    public required IReadOnlyList<StuckStep> Steps { get; init; }

    /// <summary>Messages of the run that have not left yet, timers excepted.</summary>
    public IReadOnlyList<UnsentMessage> Unsent { get; init; } = [];

    /// <summary>Open dead letters of the run.</summary>
    public IReadOnlyList<ParkedMessage> Parked { get; init; } = [];
}

/// <summary>A step under way.</summary>
/// <remarks>AgentType: Of whoever does it or undoes it.</remarks>
/// <remarks>TimerDueAt: When the timer of its wait is due; null: there is no such timer.</remarks>
/// <remarks>Claim: The claim of its attempt that is open.</remarks>
/// <remarks>Agent: What is known of the agent type.</remarks>
/// <remarks>Ballot: The ballot it waits for, if that was opened.</remarks>
internal sealed record StuckStep(
    string StepId,
    string Status,
    int Attempt,
    string AgentType,
    DateTimeOffset? WaitEndsAt,
    DateTimeOffset? TimerDueAt,
    StuckClaim? Claim,
    AgentPresence Agent,
    StuckBallot? Ballot
);

internal sealed record StuckClaim(string? Owner, DateTimeOffset ClaimedAt, DateTimeOffset ExpiresAt);

/// <remarks>Alive: Instances that announced themselves lately.</remarks>
/// <remarks>LastSeenAt: When the last one did; null: none within a day.</remarks>
/// <remarks>Working: Attempts workers of it hold now.</remarks>
internal sealed record AgentPresence(int Alive, DateTimeOffset? LastSeenAt, int Working);

/// <remarks>IsOpen: It is being voted on or people are asked.</remarks>
internal sealed record StuckBallot(bool IsOpen, DateTimeOffset? EndsAt);

internal sealed record UnsentMessage(string MessageType, string Endpoint, DateTimeOffset CreatedAt, int Attempts, string? LastError);

internal sealed record ParkedMessage(long Id, string MessageType, string Endpoint, string Reason);

/// <summary>What was found.</summary>
/// <remarks>Reason: Why the run is stuck; null: it is not.</remarks>
/// <remarks>Why: By step: what holds it up, or null where nothing does.</remarks>
internal sealed record StuckVerdict(string? Reason, IReadOnlyDictionary<string, string?> Why);
