namespace Coordination.Sagas.Consensus;

/// <summary>What one voter said. It carries no weight and no right: those are the elector's.</summary>
public sealed record Vote
{
    public required string Voter { get; init; }

    /// <summary>One of the options, <see cref="Abstain"/> or <see cref="Recused"/>.</summary>
    public required string Choice { get; init; }

    /// <summary>0 to 1.</summary>
    public double Confidence { get; init; } = 1;

    public Veto? Veto { get; init; }

    /// <summary>When it was recorded; null where the order of the votes says which was first.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>No opinion.</summary>
    public const string Abstain = "ABSTAIN";

    /// <summary>May not have an opinion, for example because of an interest in the outcome.</summary>
    public const string Recused = "RECUSED";

    /// <summary>Whether a choice is none of the options by its meaning.</summary>
    public static bool IsAbstention(string choice) => choice is Abstain or Recused;
}

/// <summary>An objection no weight can outvote, of a voter with the right to it.</summary>
/// <param name="Reason">Why, in a word or sentence.</param>
/// <param name="Evidence">What shows it, for example a reference to a document.</param>
public sealed record Veto(string? Reason, string? Evidence)
{
    /// <summary>A veto without reason or evidence is none.</summary>
    public bool IsComplete => !string.IsNullOrWhiteSpace(Reason) && !string.IsNullOrWhiteSpace(Evidence);
}

/// <summary>What became of a vote.</summary>
public enum VoteTreatment
{
    Counted,
    Abstained,
    Recused,

    /// <summary>Valid, and too unsure to count: an abstention.</summary>
    BelowFloor,

    /// <summary>The voter had voted before.</summary>
    Duplicate,

    /// <summary>Of somebody outside the electorate.</summary>
    Stranger,

    /// <summary>For something that is no option.</summary>
    UnknownOption,

    /// <summary>Confidence is not a number from 0 to 1.</summary>
    BadConfidence,

    /// <summary>Came after the deadline or after the ballot had closed.</summary>
    Late,

    /// <summary>Not from whom it says: another user of the broker, or without the voter's signature.</summary>
    Forged,

    /// <summary>For a round that is over or has not begun.</summary>
    OtherRound,

    /// <summary>Of an elector who has not been asked: fewer were enough so far.</summary>
    NotAsked,
}
