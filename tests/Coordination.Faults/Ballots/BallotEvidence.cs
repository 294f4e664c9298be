using System.Text.Json;
using Coordination.Faults.Checker;

namespace Coordination.Faults.Ballots;

/// <summary>What ballots are judged by: what voters and people did, what was published, and the product's tables.</summary>
public sealed record BallotEvidence
{
    public IReadOnlyList<OpenedBallot> Ballots { get; init; } = [];
    public IReadOnlyList<CastOne> Votes { get; init; } = [];
    public IReadOnlyList<GivenAnswer> Answers { get; init; } = [];

    /// <summary>Everything that came out of the exchanges, repeated deliveries included.</summary>
    public IReadOnlyList<Heard> Events { get; init; } = [];

    /// <summary>Questions to voters, repeated deliveries included.</summary>
    public IReadOnlyList<Heard> Questions { get; init; } = [];
    public IReadOnlyList<BallotRow> Rows { get; init; } = [];
    public IReadOnlyList<DecisionRow> Decisions { get; init; } = [];

    /// <summary>By ballot and number.</summary>
    public IReadOnlyList<RecordLine> Lines { get; init; } = [];

    /// <summary>What the product's own audit finds.</summary>
    public IReadOnlyList<string> AuditFaults { get; init; } = [];
    public int Audited { get; init; }
    public IReadOnlyList<ParkedMessage> Parked { get; init; } = [];
    public IReadOnlyList<QueueDepth> Queues { get; init; } = [];
    public long Pending { get; init; }
}

/// <summary>A ballot that was asked for.</summary>
/// <param name="Requests">Messages that asked for it, each with an id of its own.</param>
public sealed record OpenedBallot(Guid Id, BallotKind Kind, int Requests);

/// <summary>A vote that was cast, by one message or by several copies of it.</summary>
public sealed record CastOne(Guid Ballot, Guid VoteId, Intention Intention);

/// <summary>An answer that was given.</summary>
public sealed record GivenAnswer(Guid Ballot, Reply Reply);

/// <summary>A message the product has sent.</summary>
/// <param name="Contract">For example <c>ballot.decided.v1</c>.</param>
public sealed record Heard(string Contract, Guid MessageId, Guid Ballot, JsonElement Body)
{
    public string? Text(string member) =>
        Body.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;
}

/// <summary>A row of the table <c>ballot</c>.</summary>
public sealed record BallotRow(
    Guid Id,
    string Status,
    string? Outcome,
    string? Option,
    string? DecidedBy,
    string RecordHash,
    DateTimeOffset OpenedAt,
    DateTimeOffset? DecidedAt
);

/// <summary>A row of the table <c>ballot_decision</c>.</summary>
public sealed record DecisionRow(Guid Ballot, string Outcome, string? Option, string DecidedBy);

/// <summary>A row of the table <c>ballot_record</c>.</summary>
public sealed record RecordLine(Guid Ballot, int Seq, string Kind, string Text, string Hash);
