using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>Everything that may be shown of a ballot. While it is sealed there is nothing of its votes, not even how many there are.</summary>
/// <param name="Ballot">As it stands.</param>
/// <param name="Sealed">The voters are still being asked.</param>
/// <param name="Refusal">Why it was not opened.</param>
/// <param name="Options">What each would do.</param>
/// <param name="NoneFollows">What becomes of the run when none of them is chosen; null where it is not known, or nobody is asked.</param>
/// <param name="Rule">In words.</param>
/// <param name="Flags">Risks raised beforehand.</param>
/// <param name="Evidence">What the requester refers to.</param>
/// <param name="Domain">The field it belongs to.</param>
/// <param name="Subject">What it is about; null without the right to see it.</param>
/// <param name="SubjectHidden">There is one, and the viewer may not see it.</param>
/// <param name="Rounds">How each phase of voting ended.</param>
/// <param name="Votes">All of them, in the order they came.</param>
/// <param name="Silent">Voters who were asked and not heard of.</param>
/// <param name="Answers">What people said.</param>
/// <param name="Flips">Which single other vote would have changed the outcome.</param>
/// <param name="Dissent">Voters against what the votes led to; when people or the safe option decided otherwise, it stays as it was.</param>
/// <param name="Decision">How it was decided, once it is.</param>
/// <param name="Record">The record and whether it holds.</param>
/// <param name="Reported">The option that turned out to be right.</param>
/// <param name="Actions">What the viewer may do.</param>
public sealed record BallotDetail(
    BallotSummary Ballot,
    bool Sealed,
    IReadOnlyList<BodyProblem>? Refusal,
    IReadOnlyList<OptionView> Options,
    string? NoneFollows,
    string Rule,
    IReadOnlyList<string> Flags,
    IReadOnlyList<string> Evidence,
    string? Domain,
    JsonElement? Subject,
    bool SubjectHidden,
    IReadOnlyList<RoundView> Rounds,
    IReadOnlyList<VoteView> Votes,
    IReadOnlyList<string> Silent,
    IReadOnlyList<AnswerView> Answers,
    IReadOnlyList<string> Flips,
    IReadOnlyList<string> Dissent,
    DecisionView? Decision,
    RecordView Record,
    string? Reported,
    IReadOnlyList<ActionOffer> Actions
);

/// <summary>An option and what would be done with it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Arguments">What the effect will be done with; null: none, or hidden.</param>
/// <param name="ArgumentsHidden">There are some, and the viewer may not see them.</param>
/// <param name="Safe">Does no harm, says the requester.</param>
/// <param name="Follows">What becomes of the run when a person chooses it; null where it is not known, or nobody is asked.</param>
public sealed record OptionView(string Name, JsonElement? Arguments, bool ArgumentsHidden, bool Safe, string? Follows);

/// <summary>How a ballot was decided.</summary>
/// <param name="By"><c>votes</c>, <c>arbiter</c>, <c>safe-option</c>, <c>people</c> or <c>nobody</c>.</param>
/// <param name="Option">Null: nothing may be done.</param>
/// <param name="People">Who decided, where people did.</param>
/// <param name="Note">Why, in the words of who decided last, or who ended it.</param>
/// <param name="At">When.</param>
public sealed record DecisionView(string By, string? Option, IReadOnlyList<string> People, string? Note, DateTimeOffset At);

/// <summary>How a phase of voting ended.</summary>
/// <param name="Round">From 1; later ones are debate.</param>
/// <param name="Asked">Voters asked.</param>
/// <param name="Outcome">DECIDED or a reason code.</param>
/// <param name="Leading">What has the votes, decided or not.</param>
/// <param name="Arbiter">The arbiter alone was asked.</param>
/// <param name="DeadlinePassed">The time ended it.</param>
/// <param name="Tally">What each option has.</param>
/// <param name="Abstained">Voters heard of whose vote counts for no option.</param>
/// <param name="Missing">Voters asked without a vote.</param>
/// <param name="Whole">Weight or heads of the voters asked.</param>
/// <param name="Needed">What an option needs: as many, or more where it is weight.</param>
/// <param name="InHeads">Whether heads are counted.</param>
/// <param name="Explanation">The rule's own reasons.</param>
public sealed record RoundView(
    int Round,
    int Asked,
    string Outcome,
    string? Leading,
    bool Arbiter,
    bool DeadlinePassed,
    IReadOnlyList<OptionTally> Tally,
    int Abstained,
    int Missing,
    double Whole,
    double? Needed,
    bool InHeads,
    IReadOnlyList<string> Explanation
);

/// <summary>What an option has.</summary>
public sealed record OptionTally(string Option, double Weight, int Votes);

/// <summary>A vote with whose it is and what became of it.</summary>
/// <param name="Voter">Who.</param>
/// <param name="Family">The models behind it.</param>
/// <param name="Model">The model that was asked, as the voter says.</param>
/// <param name="Expert">For a raised flag: its dissent goes to people.</param>
/// <param name="MayVeto">In this ballot.</param>
/// <param name="Round">Of the vote.</param>
/// <param name="Choice">An option, ABSTAIN or RECUSED.</param>
/// <param name="Weight">Null where heads are counted, and for who is no voter.</param>
/// <param name="Confidence">As stated.</param>
/// <param name="Brier">How well its confidence has proved so far.</param>
/// <param name="Judged">Its votes whose outcome is known.</param>
/// <param name="Counted">It counts for an option.</param>
/// <param name="Treatment">What became of it, for example <c>below-floor</c>.</param>
/// <param name="Why">Why it does not simply count.</param>
/// <param name="Rationale">In the voter's words.</param>
/// <param name="Evidence">What the voter refers to.</param>
/// <param name="Veto">Its objection.</param>
/// <param name="At">When it came.</param>
/// <param name="FlippedFrom">In a debate: the choice it left.</param>
/// <param name="Dissents">Against what the votes led to.</param>
public sealed record VoteView(
    string Voter,
    string Family,
    string? Model,
    bool Expert,
    bool MayVeto,
    int Round,
    string Choice,
    double? Weight,
    double? Confidence,
    double? Brier,
    int Judged,
    bool Counted,
    string Treatment,
    string? Why,
    string? Rationale,
    IReadOnlyList<string> Evidence,
    VetoView? Veto,
    DateTimeOffset? At,
    string? FlippedFrom,
    bool Dissents
);

/// <summary>An objection.</summary>
public sealed record VetoView(string Reason, string Evidence);

/// <summary>What a person answered.</summary>
/// <param name="Person">Who.</param>
/// <param name="Option">Null: nothing may be done.</param>
/// <param name="Note">In the person's words.</param>
/// <param name="At">When.</param>
/// <param name="Refusal">Why it does not count.</param>
public sealed record AnswerView(string Person, string? Option, string? Note, DateTimeOffset At, string? Refusal);

/// <summary>A ballot's record.</summary>
/// <param name="Lines">How many.</param>
/// <param name="Hash">Of the last.</param>
/// <param name="Fault">The first thing that does not hold when it is counted again.</param>
public sealed record RecordView(int Lines, string? Hash, string? Fault);

/// <summary>Voters and what they have proved to be worth.</summary>
public sealed record VoterPage(IReadOnlyList<VoterRow> Rows);

/// <summary>How a voter has done in a domain.</summary>
public sealed record VoterRow(string Tenant, string Voter, string Domain, int Judged, int Correct, double Brier);
