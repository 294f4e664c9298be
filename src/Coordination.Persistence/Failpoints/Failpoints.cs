namespace Coordination.Persistence;

/// <summary>The places where the fault suite stops, freezes or cuts off a process, one for each step that a crash can fall between.</summary>
public static class Failpoints
{
    /// <summary>A message was delivered; its transaction is not open.</summary>
    public const string Delivered = "W1";

    /// <summary>The inbox row is written; the handler has not run.</summary>
    public const string InboxWritten = "W2";

    /// <summary>The claim of a step is committed and its delivery acknowledged; the agent has not run.</summary>
    public const string IntentCommitted = "W3";

    /// <summary>The agent has returned, whatever it does outside is done; nothing of it is recorded.</summary>
    public const string EffectDone = "W4";

    /// <summary>Everything a unit of work writes is known; COMMIT has not been sent.</summary>
    public const string BeforeCommit = "W5";

    /// <summary>COMMIT is on its way; its answer is not known.</summary>
    public const string CommitSent = "W6";

    /// <summary>A message's unit of work is committed; the message is not acknowledged.</summary>
    public const string Committed = "W7";

    /// <summary>A message is acknowledged.</summary>
    public const string Acknowledged = "W8";

    /// <summary>The last moment before the acknowledgement: a channel that is rebuilt here has another generation of delivery tags.</summary>
    public const string BeforeAcknowledgement = "W9";

    /// <summary>A stored message is in the relay's hands, not published.</summary>
    public const string RowClaimed = "D1";

    /// <summary>A stored message is published, not confirmed.</summary>
    public const string Published = "D2";

    /// <summary>A stored message is confirmed; its row is still there.</summary>
    public const string Confirmed = "D3";

    /// <summary>The statement that removes confirmed rows is on its way; its answer is not known.</summary>
    public const string MarkSent = "D4";

    /// <summary>Confirmed rows are removed; the relay still counts them as its own.</summary>
    public const string Marked = "D5";

    /// <summary>A saga's row is locked and read.</summary>
    public const string SagaLocked = "S1";

    /// <summary>A saga has made its transition; it is not committed.</summary>
    public const string SagaMoved = "S2";

    /// <summary>A run's transition is committed and its messages are the relay's.</summary>
    public const string SagaCommitted = "S3";

    /// <summary>A submission is committed; the caller has not been told.</summary>
    public const string Accepted = "I1";

    /// <summary>A retry is scheduled in a transaction that is not committed.</summary>
    public const string RetryScheduled = "R1";

    /// <summary>A scheduled retry is committed.</summary>
    public const string RetryCommitted = "R2";

    /// <summary>A vote is taken, before the commit.</summary>
    public const string VoteTaken = "C1";

    /// <summary>A ballot's voting has come to its end, before the commit.</summary>
    public const string TallyReached = "C2";

    /// <summary>A ballot's decision, or the end of its voting, is committed; its messages are the relay's.</summary>
    public const string DecisionCommitted = "C3";

    /// <summary>A vote is committed.</summary>
    public const string VoteCommitted = "C4";

    /// <summary>A ballot is opened and committed; nobody has been asked.</summary>
    public const string BallotCommitted = "C5";

    /// <summary>The intent of an effect is committed; the call has not been made.</summary>
    public const string EffectIntended = "E1";

    /// <summary>The call of an effect has returned; its outcome is not recorded.</summary>
    public const string EffectMade = "E2";

    /// <summary>The outcome of an effect is committed; the agent does not know it yet.</summary>
    public const string EffectRecorded = "E3";

    /// <summary>As <see cref="EffectIntended"/>, of an effect by which a step is undone.</summary>
    public const string UndoIntended = "U1";

    /// <summary>As <see cref="EffectMade"/>, of an effect by which a step is undone.</summary>
    public const string UndoMade = "U2";

    /// <summary>As <see cref="EffectRecorded"/>, of an effect by which a step is undone.</summary>
    public const string UndoRecorded = "U3";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Delivered,
        InboxWritten,
        IntentCommitted,
        EffectDone,
        BeforeCommit,
        CommitSent,
        Committed,
        Acknowledged,
        BeforeAcknowledgement,
        RowClaimed,
        Published,
        Confirmed,
        MarkSent,
        Marked,
        SagaLocked,
        SagaMoved,
        SagaCommitted,
        Accepted,
        RetryScheduled,
        RetryCommitted,
        VoteTaken,
        TallyReached,
        DecisionCommitted,
        VoteCommitted,
        BallotCommitted,
        EffectIntended,
        EffectMade,
        EffectRecorded,
        UndoIntended,
        UndoMade,
        UndoRecorded,
    ];
}
