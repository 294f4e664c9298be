using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Consensus;

/// <summary>Where a ballot stands.</summary>
public enum BallotStatus
{
    /// <summary>Votes are sealed.</summary>
    Voting,

    /// <summary>The voters are done; people decide.</summary>
    People,

    /// <summary>Terminal.</summary>
    Decided,
}

/// <summary>What was fixed when the ballot was opened. Never changes.</summary>
public sealed record BallotOpening
{
    public required Guid BallotId { get; init; }

    /// <summary>
    /// Version of the rules that count it: what they do with a ballot, to the words of its record, never changes afterwards. Other words are other rules: records
    /// are verified by counting again.
    /// </summary>
    public int Rules { get; init; } = BallotRules.Version;

    /// <summary>With its tier applied.</summary>
    public required BallotPolicy Policy { get; init; }

    /// <summary>The tier the requester named.</summary>
    public RiskTier? TierAsked { get; init; }
    public required string Question { get; init; }
    public JsonElement? Subject { get; init; }
    public required ImmutableArray<BallotOption> Options { get; init; }
    public string? SafeOption { get; init; }
    public string? Domain { get; init; }
    public ImmutableArray<string> Flags { get; init; } = [];
    public ImmutableArray<string> Evidence { get; init; } = [];

    /// <summary>In the order they are asked.</summary>
    public required ImmutableArray<Seat> Seats { get; init; }

    /// <summary>Asked where the voters do not decide, if the policy says so.</summary>
    public Seat? Arbiter { get; init; }
    public required string Requester { get; init; }

    /// <summary>The run whose step waits for the decision.</summary>
    public Guid? RunId { get; init; }

    /// <summary>That step.</summary>
    public string? StepId { get; init; }
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Time to vote in each phase.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>SHA-256 of the message that opened it: another one with the same id is a mistake.</summary>
    public required string ContentHash { get; init; }

    [JsonIgnore]
    public ImmutableArray<int> Panels => Electorate.Panels(Policy, [.. Seats.Select(seat => seat.Elector)], Flags, Domain);

    /// <summary>Whether it is an elector or the arbiter, or a user of the broker that votes for one: they do not decide in the place of people.</summary>
    internal bool IsVoter(string name, string? user) =>
        Seats
            .Concat(Arbiter is null ? [] : [Arbiter])
            .Any(seat =>
                seat.Elector.Voter.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase)
                || (user is not null && seat.Users.Contains(user))
            );

    /// <summary>The ballot of the first so many seats, as the rule sees it.</summary>
    internal Ballot Ballot(int seats, bool deadlinePassed) =>
        new()
        {
            Rule = Policy.Rule,
            Options = [.. Options.Select(option => option.Name)],
            Domain = Domain,
            Flags = Flags,
            Electorate = [.. Seats.Take(seats).Select(seat => seat.Elector)],
            DeadlinePassed = deadlinePassed,
        };
}

/// <summary>One elector of a ballot with what proves its votes.</summary>
/// <param name="Elector">Frozen.</param>
/// <param name="Weight">What the vote weighs under a weighted rule, for people to read; follows from the electorate.</param>
/// <param name="Users">Users of the broker that may cast it; empty: any.</param>
/// <param name="PublicKey">PEM; null where votes are not signed.</param>
public sealed record Seat(Elector Elector, double Weight, ImmutableArray<string> Users, string? PublicKey);

/// <summary>One ballot as its rules see it: a value, never changed in place.</summary>
public sealed record BallotState
{
    /// <summary>Stored apart: it never changes.</summary>
    [JsonIgnore]
    public BallotOpening Opening { get; init; } = null!;
    public BallotStatus Status { get; init; } = BallotStatus.Voting;

    /// <summary>From 1; later ones are debate.</summary>
    public int Round { get; init; } = 1;

    /// <summary>Seats asked so far.</summary>
    public required int Asked { get; init; }

    /// <summary>Counts everything that has a deadline of its own, from 1.</summary>
    public int Phase { get; init; } = 1;

    /// <summary>When the phase ends by itself; null once the ballot is decided.</summary>
    public DateTimeOffset? EndsAt { get; init; }
    public bool Extended { get; init; }

    /// <summary>The arbiter has been asked and nobody else is any more.</summary>
    public bool WithArbiter { get; init; }

    /// <summary>Votes that can count, of all rounds, in the order of their arrival.</summary>
    public ImmutableArray<SealedVote> Votes { get; init; } = [];

    /// <summary>How the voting ended, for example SPLIT; null while it goes on.</summary>
    public string? Outcome { get; init; }

    /// <summary>What the voters decided, or would have; null where no option has the votes.</summary>
    public string? Leading { get; init; }
    public ImmutableArray<string> Explanation { get; init; } = [];

    /// <summary>Answers of people that count.</summary>
    public ImmutableArray<PersonAnswer> Answers { get; init; } = [];

    /// <summary>The decision; null: nothing may be done, or not decided yet.</summary>
    public string? Option { get; init; }
    public string? DecidedBy { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>The option that turned out to be right.</summary>
    public string? Right { get; init; }

    /// <summary>Lines of the record so far.</summary>
    public int RecordCount { get; init; }

    /// <summary>Hash of the last of them, in hexadecimal digits.</summary>
    public string RecordHash { get; init; } = BallotRecord.Start;
}

/// <summary>A vote as it was taken, until the ballot is opened to others.</summary>
public sealed record SealedVote
{
    public required Guid VoteId { get; init; }
    public required int Round { get; init; }
    public required string Voter { get; init; }
    public required string Choice { get; init; }
    public required double Confidence { get; init; }
    public string? Rationale { get; init; }
    public ImmutableArray<string> Evidence { get; init; } = [];
    public Veto? Veto { get; init; }

    /// <summary>Where in the record, which is the order they count in.</summary>
    public required int Line { get; init; }

    internal Vote ToVote() =>
        new()
        {
            Voter = Voter,
            Choice = Choice,
            Confidence = Confidence,
            Veto = Veto,
        };
}

/// <summary>What a person answered; no option: nothing may be done.</summary>
public sealed record PersonAnswer(string Person, string? Option, string? Note);
