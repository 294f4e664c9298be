using System.Collections.Immutable;
using Coordination.Contracts;

namespace Coordination.Sagas.Consensus;

/// <summary>What a decision wants done, in the transaction that stores the new state.</summary>
public abstract record BallotAction
{
    private BallotAction() { }

    /// <summary>Ask a voter.</summary>
    public sealed record Ask(string Voter) : BallotAction;

    public sealed record Publish(IBallotMessage Message) : BallotAction;

    /// <summary>Set the phase's timer again: one came before its time.</summary>
    public sealed record WaitOn : BallotAction;

    /// <summary>Append to the ballot's record.</summary>
    /// <param name="Seq">From 1.</param>
    /// <param name="At">The database clock.</param>
    /// <param name="Kind">One of <see cref="BallotRecordKind"/>.</param>
    /// <param name="Text">The line.</param>
    /// <param name="Hash">Of it and all before.</param>
    public sealed record Append(int Seq, DateTimeOffset At, string Kind, string Text, string Hash) : BallotAction;

    /// <summary>The one decision, for those who act on it.</summary>
    public sealed record Decide(RecordedDecision Decision) : BallotAction;

    /// <summary>A voter's record in a domain grows by a vote whose outcome is known.</summary>
    public sealed record Judge(string Voter, string Domain, bool Right, double Confidence) : BallotAction;
}

/// <summary>What was decided about one message.</summary>
public sealed record BallotDecision
{
    public required BallotState Next { get; init; }
    public required ImmutableArray<BallotAction> Actions { get; init; }

    /// <summary>Reason code when the message had no effect but to be recorded.</summary>
    public string? Refusal { get; init; }

    /// <summary>What was wrong with it, for a person. Never says what somebody voted.</summary>
    public string? RefusalDetail { get; init; }
}

/// <summary>Who sent a message, as far as others than the sender vouch for it.</summary>
/// <param name="User">The broker's verified user; null when the message has none.</param>
/// <param name="FromHere">A voter in this very process sent it.</param>
public readonly record struct VerifiedSender(string? User, bool FromHere);
