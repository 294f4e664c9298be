using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Consensus;

/// <summary>
/// One line of a ballot's record: everything that happened to it, the votes that did not count included. Lines are never changed; each carries the hash of all
/// before it, and all that the rules wrote follows from the rest (<see cref="BallotAudit"/>). A member that is added later must be one that older lines may lack:
/// what is stored is never written anew.
/// </summary>
public sealed record BallotRecord
{
    /// <summary>From 1, without gaps.</summary>
    public required int Seq { get; init; }

    /// <summary>The database clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What happened, one of <see cref="BallotRecordKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Kind <c>opened</c>.</summary>
    public BallotOpening? Opening { get; init; }

    /// <summary>Kind <c>vote</c>.</summary>
    public RecordedVote? Vote { get; init; }

    /// <summary>Kind <c>closed</c>: a phase of voting is over.</summary>
    public RecordedClose? Close { get; init; }

    /// <summary>Kind <c>answer</c>.</summary>
    public RecordedAnswer? Answer { get; init; }

    /// <summary>Kind <c>decided</c>.</summary>
    public RecordedDecision? Decision { get; init; }

    /// <summary>Kind <c>cancelled</c>; null in lines of before it was recorded, which say it in the note alone.</summary>
    public RecordedCancel? Cancel { get; init; }

    /// <summary>Kind <c>outcome</c>; null in lines of before it was recorded, which say it in the note alone.</summary>
    public RecordedReport? Report { get; init; }

    /// <summary>Particulars for people.</summary>
    public string? Note { get; init; }

    /// <summary>The hash before the first line.</summary>
    public static string Start { get; } = new('0', 64);

    /// <summary>As it is stored and hashed.</summary>
    public string ToText() => JsonSerializer.Serialize(this, BallotJson.Default.BallotRecord);

    /// <exception cref="JsonException">The text is none.</exception>
    public static BallotRecord Parse(string text) =>
        JsonSerializer.Deserialize(text, BallotJson.Default.BallotRecord) ?? throw new JsonException("A line of a record is null.");

    /// <summary>SHA-256 of the hash before and the line's text, in hexadecimal digits.</summary>
    public static string Hash(string before, string text) =>
        Convert.ToHexStringLower(SHA256.HashData([.. Convert.FromHexString(before), .. Encoding.UTF8.GetBytes(text)]));
}

/// <summary>What lines of a record are about.</summary>
public static class BallotRecordKind
{
    public const string Opened = "opened";
    public const string Vote = "vote";
    public const string Closed = "closed";

    /// <summary>More voters are asked.</summary>
    public const string Widened = "widened";

    /// <summary>Another round, with the reasons of the one before.</summary>
    public const string Debate = "debate";
    public const string Extended = "extended";
    public const string Arbiter = "arbiter";
    public const string People = "people";
    public const string Answer = "answer";
    public const string Cancelled = "cancelled";
    public const string Decided = "decided";

    /// <summary>The real outcome was reported.</summary>
    public const string Outcome = "outcome";
}

/// <summary>A vote with what became of it.</summary>
/// <param name="Cast">As it came.</param>
/// <param name="User">The broker's verified user, if there was one.</param>
/// <param name="Treatment">What became of it.</param>
/// <param name="Detail">Why it does not count; null when it does.</param>
/// <param name="Flip">In a debate: the choice the voter left.</param>
/// <param name="FromHere">It never left the database (<see cref="VerifiedSender"/>); null in lines of before it was recorded.</param>
public sealed record RecordedVote(
    CastVote Cast,
    string? User,
    VoteTreatment Treatment,
    string? Detail = null,
    string? Flip = null,
    bool? FromHere = null
);

/// <summary>How a phase of voting ended, with everything it takes to come to the same result again.</summary>
public sealed record RecordedClose
{
    public required int Round { get; init; }

    /// <summary>Seats whose votes count.</summary>
    public required int Asked { get; init; }
    public required bool DeadlinePassed { get; init; }

    /// <summary>The arbiter alone decided, or did not.</summary>
    public bool Arbiter { get; init; }
    public required string Outcome { get; init; }
    public string? Leading { get; init; }
    public required ImmutableSortedDictionary<string, double> Tally { get; init; }
    public required double ElectorateWeight { get; init; }
    public required ImmutableArray<string> Explanation { get; init; }
}

/// <summary>A person's answer with what became of it.</summary>
/// <param name="Person">Who.</param>
/// <param name="Option">What; null: nothing may be done.</param>
/// <param name="Note">Why, in the person's words.</param>
/// <param name="Refusal">Why it does not count; null when it does.</param>
/// <param name="User">The broker's verified user, if there was one.</param>
public sealed record RecordedAnswer(string Person, string? Option, string? Note, string? Refusal, string? User = null);

/// <summary>Who ended a ballot without a decision, and why.</summary>
public sealed record RecordedCancel(string RequestedBy, string? Note);

/// <summary>Which option turned out to be right, and who says so.</summary>
public sealed record RecordedReport(string Right, string ReportedBy);

/// <summary>The end of a ballot.</summary>
/// <param name="Outcome">How the voting ended.</param>
/// <param name="Option">What may be done; null: nothing.</param>
/// <param name="DecidedBy"><c>votes</c>, <c>arbiter</c>, <c>safe-option</c>, <c>people</c> or <c>nobody</c>.</param>
/// <param name="People">Who decided, where people did.</param>
public sealed record RecordedDecision(string Outcome, string? Option, string DecidedBy, ImmutableArray<string> People);
