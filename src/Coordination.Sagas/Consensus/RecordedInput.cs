using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Consensus;

/// <summary>The message of which a recorded line tells, as the rules took it.</summary>
/// <param name="Message">As it came, as far as the rules look at it.</param>
/// <param name="Sender">Who sent it.</param>
internal readonly record struct RecordedInput(IBallotMessage Message, VerifiedSender Sender)
{
    /// <summary>What the line may have come from; more than one where an older line does not say. The first that gives the line is as good as any other.</summary>
    /// <param name="ballot">Before the message.</param>
    /// <param name="line">The first that the message wrote.</param>
    public static IEnumerable<RecordedInput> Of(BallotState ballot, BallotRecord line) =>
        line switch
        {
            { Kind: BallotRecordKind.Vote, Vote: { FromHere: { } here } vote } => [Of(vote, here)],
            { Kind: BallotRecordKind.Vote, Vote: { } vote } => [Of(vote, fromHere: false), Of(vote, fromHere: true)],
            { Kind: BallotRecordKind.Answer, Answer: { } answer } => [Of(ballot, answer)],
            { Kind: BallotRecordKind.Cancelled } when Cancel(line) is { } cancel => [Of(ballot, cancel)],
            { Kind: BallotRecordKind.Outcome } when Report(ballot, line) is { } report => [Of(ballot, report)],
            // Anything else only time can have brought about. That a message, not the timer, found the time over makes no difference to what was written.
            _ => [TimerOf(ballot)],
        };

    private static RecordedInput Of(RecordedVote vote, bool fromHere) => new(vote.Cast, new VerifiedSender(vote.User, fromHere));

    private static RecordedInput Of(BallotState ballot, RecordedAnswer answer) =>
        new(
            new AnswerBallot
            {
                BallotId = ballot.Opening.BallotId,
                AnsweredBy = answer.Person,
                Option = answer.Option,
                Note = answer.Note,
            },
            new VerifiedSender(answer.User, FromHere: false)
        );

    private static RecordedInput Of(BallotState ballot, RecordedCancel cancel) =>
        new(
            new CancelBallot
            {
                BallotId = ballot.Opening.BallotId,
                RequestedBy = cancel.RequestedBy,
                Note = cancel.Note,
            },
            default
        );

    private static RecordedInput Of(BallotState ballot, RecordedReport report) =>
        new(
            new ReportOutcome
            {
                BallotId = ballot.Opening.BallotId,
                Right = report.Right,
                ReportedBy = report.ReportedBy,
            },
            default
        );

    private static RecordedInput TimerOf(BallotState ballot) =>
        new(
            new BallotTimerDue
            {
                BallotId = ballot.Opening.BallotId,
                Kind = "deadline",
                Round = ballot.Phase,
            },
            default
        );

    // Older lines say it in the note alone. Where the name ends and the reason begins is not certain there, and does not matter: both are only repeated.
    private static RecordedCancel? Cancel(BallotRecord line) =>
        line.Cancel
        ?? (
            Between(line.Note, "Cancelled by ", "") is not { } said ? null
            : said.EndsWith('.') ? new RecordedCancel(said[..^1], null)
            : said.Split(": ", 2) is [var who, var why] ? new RecordedCancel(who, why)
            : null
        );

    private static RecordedReport? Report(BallotState ballot, BallotRecord line) =>
        line.Report
        ?? ballot
            .Opening.Options.Select(option =>
                Between(line.Note, $"{option.Name} was right, says ", ".") is { } who ? new RecordedReport(option.Name, who) : null
            )
            .FirstOrDefault(report => report is not null);

    private static string? Between(string? text, string before, string after) =>
        text is not null
        && text.Length >= before.Length + after.Length
        && text.StartsWith(before, StringComparison.Ordinal)
        && text.EndsWith(after, StringComparison.Ordinal)
            ? text[before.Length..^after.Length]
            : null;
}
