using System.Collections.Immutable;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Consensus;

// From the end of the voting to the decision: fallbacks, people, feedback.
internal sealed partial class BallotTurn
{
    private void Closed(TallyResult result)
    {
        var fallback = result.Outcome == BallotOutcome.NoQuorum ? Opening.Policy.OnNoQuorum : Opening.Policy.OnSplit;
        var isUndecided = result.Outcome is BallotOutcome.Split or BallotOutcome.NoQuorum;
        // More time changes nothing where everybody has spoken, or those who have not cannot make a difference.
        if (isUndecided && !ballot.Extended && fallback is Fallback.ExtendThenPeople or Fallback.ExtendThenSafeOption && CanStillChange())
        {
            Extend();
            return;
        }
        ballot = ballot with { Outcome = BallotJson.NameOf(result.Outcome), Leading = result.Leading, Explanation = result.Explanation };
        if (result.Outcome == BallotOutcome.Decided && !Opening.Policy.Approval)
            Finish(result.Option, "votes", []);
        else if (isUndecided && fallback == Fallback.Arbiter && Opening.Arbiter is not null)
            AskArbiter();
        else if (
            isUndecided
            && fallback is Fallback.SafeOption or Fallback.ExtendThenSafeOption
            && Opening.SafeOption is { } safe
            && isUndecided
        )
            Finish(safe, "safe-option", []);
        else
            AskPeople();
    }

    private void Extend()
    {
        ballot = ballot with { Extended = true };
        NewPhase(Opening.Deadline);
        Append(BallotRecordKind.Extended, line => line with { Note = "Once more the same time to vote." });
        Ask(
            Opening.Seats.Take(ballot.Asked).Where(seat => !ballot.Votes.Any(v => v.Round == ballot.Round && v.Voter == seat.Elector.Voter))
        );
    }

    private void AskArbiter()
    {
        ballot = ballot with { WithArbiter = true };
        NewPhase(Opening.Deadline);
        Append(BallotRecordKind.Arbiter, line => line with { Note = $"{Opening.Arbiter!.Elector.Voter} decides." });
        Ask([Opening.Arbiter!]);
    }

    private void CountArbiter(bool deadlinePassed)
    {
        var name = Opening.Arbiter!.Elector.Voter;
        var vote = ballot.Votes.FirstOrDefault(v => v.Voter == name);
        if (vote is null && !deadlinePassed)
            return;
        var choice = ArbitersChoice(Opening, ballot.Votes);
        var reason =
            choice is not null ? $"The arbiter, {name}, says {choice}."
            : vote is null ? $"The arbiter, {name}, said nothing in time."
            : $"The arbiter, {name}, does not say.";
        ballot = ballot with { Explanation = ballot.Explanation.Add(reason), Leading = choice ?? ballot.Leading };
        Append(
            BallotRecordKind.Closed,
            line =>
                line with
                {
                    Close = new RecordedClose
                    {
                        Round = ballot.Round,
                        Asked = ballot.Asked,
                        DeadlinePassed = deadlinePassed,
                        Arbiter = true,
                        Outcome = ballot.Outcome!,
                        Leading = choice,
                        Tally = ImmutableSortedDictionary<string, double>.Empty,
                        ElectorateWeight = 1,
                        Explanation = [reason],
                    },
                }
        );
        if (choice is not null && !Opening.Policy.Approval)
            Finish(choice, "arbiter", []);
        else
            AskPeople();
    }

    /// <summary>What the arbiter decides; null where it abstains, is not sure, objects or is silent.</summary>
    private static string? ArbitersChoice(BallotOpening opening, ImmutableArray<SealedVote> votes) =>
        votes.FirstOrDefault(v => v.Voter == opening.Arbiter?.Elector.Voter) is { } vote
        && !Vote.IsAbstention(vote.Choice)
        && vote.Confidence >= opening.Policy.Rule.ConfidenceFloor
        && vote.Veto?.IsComplete is not true
            ? vote.Choice
            : null;

    private void AskPeople()
    {
        ballot = ballot with { Status = BallotStatus.People, WithArbiter = false };
        NewPhase(Opening.Policy.PeopleDeadline);
        Append(
            BallotRecordKind.People,
            line =>
                line with
                {
                    Note = $"{Opening.Policy.People} {(Opening.Policy.People == 1 ? "person decides" : "people have to agree")}.",
                }
        );
        Publish(
            new BallotClosed
            {
                BallotId = Opening.BallotId,
                Outcome = ballot.Outcome!,
                People = Opening.Policy.People,
            }
        );
    }

    public void Answered(AnswerBallot answer, VerifiedSender sender)
    {
        var why = WhyNot(ballot, answer.AnsweredBy, sender.User, answer.Option);
        Append(
            BallotRecordKind.Answer,
            line => line with { Answer = new RecordedAnswer(answer.AnsweredBy, answer.Option, answer.Note, why, sender.User) }
        );
        if (why is not null)
        {
            Refuse(ballot.Status == BallotStatus.People ? ReasonCode.ContractInvalid : ReasonCode.StaleGeneration, why);
            return;
        }
        ballot = ballot with { Answers = ballot.Answers.Add(new PersonAnswer(answer.AnsweredBy, answer.Option, answer.Note)) };
        // One person is enough to say that nothing may be done.
        var agreeing = ballot.Answers.Where(a => a.Option == answer.Option).Select(a => a.Person).ToImmutableArray();
        if (answer.Option is null || agreeing.Length >= Opening.Policy.People)
            Finish(answer.Option, "people", agreeing);
    }

    /// <summary>Why a person's answer does not count; null when it does.</summary>
    private static string? WhyNot(BallotState ballot, string person, string? user, string? option) =>
        ballot.Status == BallotStatus.Voting ? "The voters are still being asked."
        : ballot.Status == BallotStatus.Decided ? "The ballot is decided."
        : ballot.Opening.IsVoter(person, user) ? "A voter cannot decide in the place of people."
        : option is not null && ballot.Opening.Options.All(o => o.Name != option)
            ? $"There is no such option; the options are {string.Join(", ", ballot.Opening.Options.Select(o => o.Name))}."
        : ballot.Answers.Any(a => PersonName.IsSame(a.Person, person)) ? $"{person} has answered already: one answer a person."
        : null;

    public void OutcomeReported(ReportOutcome report)
    {
        if (ballot.Right is not null || ballot.Status != BallotStatus.Decided || Opening.Options.All(o => o.Name != report.Right))
        {
            Refuse(
                ballot.Right is not null ? ReasonCode.IdempotencyConflict : ReasonCode.ContractInvalid,
                ballot.Right is not null ? "The outcome has been reported before; it counts once."
                    : ballot.Status != BallotStatus.Decided ? "The ballot is not decided yet."
                    : "There is no such option."
            );
            return;
        }
        ballot = ballot with { Right = report.Right };
        Append(
            BallotRecordKind.Outcome,
            line =>
                line with
                {
                    Note = $"{report.Right} was right, says {report.ReportedBy}.",
                    Report = new RecordedReport(report.Right, report.ReportedBy),
                }
        );
        var last = ballot.Votes.Where(v => !Vote.IsAbstention(v.Choice)).GroupBy(v => v.Voter).Select(own => own.MinBy(v => v.Round)!);
        // The first, sealed vote is the voter's own; what a debate made of it is the debate's.
        foreach (var vote in last)
            actions.Add(
                new BallotAction.Judge(vote.Voter, Opening.Domain ?? Opening.Policy.Name, vote.Choice == report.Right, vote.Confidence)
            );
    }

    private void Finish(string? option, string by, ImmutableArray<string> people)
    {
        var outcome = ballot.Outcome ?? ReasonCode.Cancelled;
        if (ballot.Status == BallotStatus.Voting)
            Publish(new BallotClosed { BallotId = Opening.BallotId, Outcome = outcome });
        ballot = ballot with
        {
            Status = BallotStatus.Decided,
            Outcome = outcome,
            Option = option,
            DecidedBy = by,
            DecidedAt = now,
            EndsAt = null,
        };
        var decision = new RecordedDecision(outcome, option, by, people);
        Append(BallotRecordKind.Decided, line => line with { Decision = decision });
        actions.Add(new BallotAction.Decide(decision));
        Publish(
            new BallotDecided
            {
                BallotId = Opening.BallotId,
                Outcome = outcome,
                Option = option,
                DecidedBy = by,
                People = people.IsEmpty ? null : people,
                Explanation = ballot.Explanation,
                RecordHash = ballot.RecordHash,
            }
        );
    }
}
