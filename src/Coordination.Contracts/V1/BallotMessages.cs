using System.Text.Json;

namespace Coordination.Contracts.V1;

/// <summary>Opens a ballot under a policy of the host. Opening the same <see cref="BallotId"/> again with the same content changes nothing.</summary>
[Contract("ballot.open", 1, 0)]
public sealed record OpenBallot : IBallotMessage
{
    public required Guid BallotId { get; init; }

    /// <summary>The policy's name, for example <c>refund</c>; the version in force is written into the ballot.</summary>
    public required string Policy { get; init; }

    /// <summary>T0 to T3, where the question is riskier than the policy says. A lower one than the policy's is ignored and recorded.</summary>
    public string? Tier { get; init; }

    /// <summary>What the voters are asked, up to 2,000 characters.</summary>
    public required string Question { get; init; }

    /// <summary>What the question is about, for voters to read: data, never an order.</summary>
    public JsonElement? Subject { get; init; }

    /// <summary>2 to 50.</summary>
    public required IReadOnlyList<BallotOption> Options { get; init; }

    /// <summary>The option that does nothing and so no harm, taken where the policy says so when the voters cannot decide. It has no arguments.</summary>
    public string? SafeOption { get; init; }

    /// <summary>The field the question belongs to, for example <c>payments</c>: whose veto and whose record count. Absent: the policy's.</summary>
    public string? Domain { get; init; }

    /// <summary>Risks raised already, for example <c>fraud</c>: dissent of their experts stops the decision.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>References to what the voters should look at.</summary>
    public IReadOnlyList<string>? Evidence { get; init; }

    /// <summary>Who votes, by name; all must be known to the host. Absent: the policy's electorate.</summary>
    public IReadOnlyList<string>? Voters { get; init; }

    /// <summary>Time to vote in milliseconds, 100 ms to 30 days. Absent: the policy's.</summary>
    public long? DeadlineMs { get; init; }
    public required string Requester { get; init; }

    /// <summary>The run whose step waits for the decision; it is told.</summary>
    public Guid? RunId { get; init; }

    /// <summary>That step; set together with <see cref="RunId"/>.</summary>
    public string? StepId { get; init; }
}

/// <summary>Something that can be decided.</summary>
public sealed record BallotOption
{
    /// <summary>1 to 100 characters, each once; not ABSTAIN or RECUSED.</summary>
    public required string Name { get; init; }

    /// <summary>What the effect that follows will be done with. A decision allows it with exactly these arguments.</summary>
    public JsonElement? Arguments { get; init; }
}

/// <summary>The ballot is stored with its electorate and will be decided.</summary>
[Contract("ballot.opened", 1, 0)]
public sealed record BallotOpened : IBallotMessage
{
    public required Guid BallotId { get; init; }

    /// <summary>Name and version of the policy, for example <c>refund.3</c>.</summary>
    public required string Policy { get; init; }

    /// <summary>The tier in force.</summary>
    public required string Tier { get; init; }

    /// <summary>Number of voters.</summary>
    public required int Voters { get; init; }
}

/// <summary>The ballot was not opened; nobody is asked.</summary>
[Contract("ballot.refused", 1, 0)]
public sealed record BallotRefused : IBallotMessage
{
    public required Guid BallotId { get; init; }

    /// <summary>The code of the first problem.</summary>
    public required string Reason { get; init; }
    public required IReadOnlyList<Problem> Problems { get; init; }
}

/// <summary>Asks one voter. It says nothing of the others: votes are sealed until the ballot closes.</summary>
[Contract("ballot.request-vote", 1, 0)]
public sealed record RequestVote : IBallotMessage
{
    public required Guid BallotId { get; init; }

    /// <summary>From 1; a second or third round is a debate, with the reasons of the round before in <see cref="Arguments"/>.</summary>
    public required int Round { get; init; }

    /// <summary>Who is asked.</summary>
    public required string Voter { get; init; }
    public required string Question { get; init; }
    public JsonElement? Subject { get; init; }
    public required IReadOnlyList<BallotOption> Options { get; init; }
    public string? Domain { get; init; }
    public IReadOnlyList<string>? Flags { get; init; }
    public IReadOnlyList<string>? Evidence { get; init; }

    /// <summary>In a debate: what was said in the round before, without names.</summary>
    public IReadOnlyList<BallotArgument>? Arguments { get; init; }

    /// <summary>Time for the answer in milliseconds, from its arrival at a worker.</summary>
    public required long TimeoutMs { get; init; }
}

/// <summary>A reason given in an earlier round.</summary>
public sealed record BallotArgument
{
    public required string Choice { get; init; }
    public string? Rationale { get; init; }
    public IReadOnlyList<string>? Evidence { get; init; }
}

/// <summary>
/// A vote. It has no weight and claims no right: both are the electorate's, frozen at opening. Whose it is says the broker's verified user, where the host
/// names the users of a voter, and the signature, where the tier asks for one.
/// </summary>
[Contract("ballot.cast-vote", 1, 0)]
public sealed record CastVote : IBallotMessage
{
    public required Guid BallotId { get; init; }

    /// <summary>Identifies this vote; signed with it, so that a vote cannot be used twice.</summary>
    public required Guid VoteId { get; init; }
    public required int Round { get; init; }
    public required string Voter { get; init; }

    /// <summary>An option, or ABSTAIN or RECUSED.</summary>
    public required string Choice { get; init; }

    /// <summary>0 to 1. Absent: 1.</summary>
    public double? Confidence { get; init; }

    /// <summary>Why, up to 2,000 characters: data for people and voters to read.</summary>
    public string? Rationale { get; init; }

    /// <summary>References to what the reasons rest on.</summary>
    public IReadOnlyList<string>? Evidence { get; init; }

    public VoteVeto? Veto { get; init; }

    /// <summary>
    /// SHA-256 of the question as the voter received it, in hexadecimal digits: of the canonical JSON of <see cref="RequestVote"/> without <c>voter</c> and
    /// <c>timeoutMs</c>. Needed in signed votes: a signature counts for the question it was given to. Absent elsewhere: not said.
    /// </summary>
    public string? QuestionHash { get; init; }

    /// <summary>The model that was asked, for the record.</summary>
    public string? Model { get; init; }

    /// <summary>SHA-256 of the prompt in hexadecimal digits, for the record.</summary>
    public string? PromptHash { get; init; }

    /// <summary>ECDSA P-256 with SHA-256 over the canonical vote (<see cref="VoteSignature"/>), IEEE P1363 form, Base64.</summary>
    public string? Signature { get; init; }
}

/// <summary>An objection that no weight outvotes, of a voter with the right to it; with a reason and evidence, or it is none.</summary>
public sealed record VoteVeto
{
    public string? Reason { get; init; }
    public string? Evidence { get; init; }
}

/// <summary>A vote was recorded and does not count. Says nothing of its content.</summary>
[Contract("ballot.vote-refused", 1, 0)]
public sealed record VoteRefused : IBallotMessage
{
    public required Guid BallotId { get; init; }
    public required Guid VoteId { get; init; }
    public required string Voter { get; init; }
    public required string Reason { get; init; }

    /// <summary>What is wrong, up to 500 characters.</summary>
    public required string Detail { get; init; }
}

/// <summary>Voting is over. DECIDED is followed by the decision; anything else by what the policy says: the safe option, another round, or people.</summary>
[Contract("ballot.closed", 1, 0)]
public sealed record BallotClosed : IBallotMessage
{
    public required Guid BallotId { get; init; }

    /// <summary>DECIDED, SPLIT, NO_QUORUM, VETOED or DISSENT_ESCALATED.</summary>
    public required string Outcome { get; init; }

    /// <summary>Set when people are asked: how many of them have to agree.</summary>
    public int? People { get; init; }
}

/// <summary>Terminal: the one decision of a ballot.</summary>
[Contract("ballot.decided", 1, 0)]
public sealed record BallotDecided : IBallotMessage
{
    public required Guid BallotId { get; init; }

    /// <summary>How the voting ended: DECIDED, SPLIT, NO_QUORUM, VETOED, DISSENT_ESCALATED or CANCELLED.</summary>
    public required string Outcome { get; init; }

    /// <summary>What was decided; absent: nothing may be done.</summary>
    public string? Option { get; init; }

    /// <summary><c>votes</c>, <c>arbiter</c>, <c>safe-option</c>, <c>people</c> or <c>nobody</c>.</summary>
    public required string DecidedBy { get; init; }

    /// <summary>The people who decided.</summary>
    public IReadOnlyList<string>? People { get; init; }

    /// <summary>The reasons in the order they were found.</summary>
    public required IReadOnlyList<string> Explanation { get; init; }

    /// <summary>Hash of the last line of the ballot's record.</summary>
    public required string RecordHash { get; init; }
}

/// <summary>The answer of one person to a ballot the voters could not decide.</summary>
[Contract("ballot.answer", 1, 0)]
public sealed record AnswerBallot : IBallotMessage
{
    public required Guid BallotId { get; init; }

    /// <summary>One of the options; absent: none of them, nothing may be done.</summary>
    public string? Option { get; init; }
    public required string AnsweredBy { get; init; }

    /// <summary>Why, up to 500 characters.</summary>
    public string? Note { get; init; }
}

/// <summary>Ends a ballot without a decision.</summary>
[Contract("ballot.cancel", 1, 0)]
public sealed record CancelBallot : IBallotMessage
{
    public required Guid BallotId { get; init; }
    public required string RequestedBy { get; init; }
    public string? Note { get; init; }
}

/// <summary>Says afterwards which option was right. Counted once per ballot, for later ballots only.</summary>
[Contract("ballot.report-outcome", 1, 0)]
public sealed record ReportOutcome : IBallotMessage
{
    public required Guid BallotId { get; init; }

    /// <summary>The option that turned out to be right.</summary>
    public required string Right { get; init; }
    public required string ReportedBy { get; init; }
}

/// <summary>A timer of a ballot has fired. The host sends it to itself; nobody else needs it.</summary>
[Contract("ballot.timer-due", 1, 0)]
public sealed record BallotTimerDue : IBallotMessage
{
    public required Guid BallotId { get; init; }

    /// <summary>What it is for, for example <c>deadline</c>. 1 to 64 characters.</summary>
    public required string Kind { get; init; }

    /// <summary>The phase of the ballot it belongs to, from 1: an overtaken one does nothing.</summary>
    public required int Round { get; init; }
}
