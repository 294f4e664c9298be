namespace Coordination.Monitor;

/// <summary>A page of ballots.</summary>
public sealed record BallotPage(IReadOnlyList<BallotSummary> Rows, string? Next);

/// <summary>A ballot as it stands, without a vote.</summary>
/// <param name="BallotId">Its id.</param>
/// <param name="Tenant">Its tenant.</param>
/// <param name="RunId">The run whose step waits for it.</param>
/// <param name="Policy">Name and version.</param>
/// <param name="Tier">T1 to T3.</param>
/// <param name="Requester">Who asked.</param>
/// <param name="Question">In the requester's words.</param>
/// <param name="Options">Their names.</param>
/// <param name="Voters">How many may vote.</param>
/// <param name="Round">From 1.</param>
/// <param name="Status"><c>voting</c>, <c>people</c>, <c>decided</c> or <c>refused</c>.</param>
/// <param name="Outcome">How the voting ended; why it was refused.</param>
/// <param name="Option">The decision; null: nothing may be done, or not decided yet.</param>
/// <param name="DecidedBy"><c>votes</c>, <c>arbiter</c>, <c>safe-option</c>, <c>people</c> or <c>nobody</c>.</param>
/// <param name="People">People who have to agree, once they are asked.</param>
/// <param name="OpenedAt">When it was opened.</param>
/// <param name="EndsAt">When the phase it is in ends by itself.</param>
/// <param name="DecidedAt">When it was decided.</param>
public sealed record BallotSummary(
    Guid BallotId,
    string Tenant,
    Guid? RunId,
    string Policy,
    string Tier,
    string Requester,
    string Question,
    IReadOnlyList<string> Options,
    int Voters,
    int Round,
    string Status,
    string? Outcome,
    string? Option,
    string? DecidedBy,
    int? People,
    DateTimeOffset? OpenedAt,
    DateTimeOffset? EndsAt,
    DateTimeOffset? DecidedAt
);
