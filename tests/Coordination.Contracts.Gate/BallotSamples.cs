using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Contracts.Gate;

/// <summary>Samples of the messages about ballots.</summary>
internal static class BallotSamples
{
    private static readonly Guid Ballot = Guid.Parse("0198c5a0-9e3f-7f74-8c5d-4b8f3a2e6d7c");
    private static readonly Guid VoteId = Guid.Parse("0198c5a0-af40-7085-9d6e-5c904b3f7e8d");

    public static IEnumerable<(object Minimal, object Full)> All() => [.. Opening(), .. Voting(), .. Ending()];

    private static JsonElement Json(string text) => JsonElement.Parse(text);

    private static IEnumerable<(object, object)> Opening()
    {
        var open = new OpenBallot
        {
            BallotId = Ballot,
            Policy = "refund",
            Question = "Refund order 4711 at once, or review it first?",
            Options = [new BallotOption { Name = "refund" }, new BallotOption { Name = "review" }],
            Requester = "helpdesk",
        };
        yield return (
            open,
            open with
            {
                Tier = "T2",
                Subject = Json("""{"ticket":"Überweisung fehlt","amountCents":7999}"""),
                Options =
                [
                    new BallotOption { Name = "refund", Arguments = Json("""{"order":"4711","cents":7999}""") },
                    new BallotOption { Name = "review" },
                ],
                SafeOption = "review",
                Domain = "payments",
                Flags = ["fraud"],
                Evidence = ["order:4711"],
                Voters = ["refund-a", "refund-b", "fraud-desk"],
                DeadlineMs = 60_000,
                RunId = Guid.Parse("0198c5a0-7c1e-7d52-9a3b-2f6d1e0c4b5a"),
                StepId = "refund",
            }
        );
        var opened = new BallotOpened
        {
            BallotId = Ballot,
            Policy = "refund.3",
            Tier = "T1",
            Voters = 3,
        };
        yield return (opened, opened with { Tier = "T2", Voters = 5 });
        var problem = new Problem
        {
            Code = ReasonCode.AdmissionDenied,
            Path = "electorate",
            Message = "electorate has voters of 1 model family; the policy needs 2.",
        };
        var refused = new BallotRefused
        {
            BallotId = Ballot,
            Reason = ReasonCode.AdmissionDenied,
            Problems = [problem],
        };
        yield return (refused, refused with { Problems = [problem, problem with { Path = "options[1].name" }] });
    }

    private static IEnumerable<(object, object)> Voting()
    {
        var request = new RequestVote
        {
            BallotId = Ballot,
            Round = 1,
            Voter = "fraud-desk",
            Question = "Refund order 4711 at once, or review it first?",
            Options = [new BallotOption { Name = "refund" }, new BallotOption { Name = "review" }],
            TimeoutMs = 60_000,
        };
        yield return (
            request,
            request with
            {
                Round = 2,
                Subject = Json("""{"ticket":"t-1"}"""),
                Domain = "payments",
                Flags = ["fraud"],
                Evidence = ["order:4711"],
                Arguments =
                [
                    new BallotArgument
                    {
                        Choice = "review",
                        Rationale = "Third charge-back of this card.",
                        Evidence = ["card:99"],
                    },
                ],
            }
        );
        var vote = new CastVote
        {
            BallotId = Ballot,
            VoteId = VoteId,
            Round = 1,
            Voter = "fraud-desk",
            Choice = "review",
        };
        yield return (
            vote,
            vote with
            {
                Confidence = 0.9,
                Rationale = "Third charge-back of this card.",
                Evidence = ["card:99"],
                Veto = new VoteVeto { Reason = "charge-back pattern", Evidence = "card:99" },
                QuestionHash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                Model = "model-x-2026-05",
                PromptHash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                Signature = "MEUCIQ==",
            }
        );
        var refused = new VoteRefused
        {
            BallotId = Ballot,
            VoteId = VoteId,
            Voter = "fraud-desk",
            Reason = ReasonCode.Expired,
            Detail = "The ballot was closed before the vote came.",
        };
        yield return (refused, refused with { Reason = ReasonCode.SenderMismatch, Detail = "The signature is not that of fraud-desk." });
    }

    private static IEnumerable<(object, object)> Ending()
    {
        var closed = new BallotClosed { BallotId = Ballot, Outcome = BallotOutcomes.Decided };
        yield return (closed, closed with { Outcome = ReasonCode.DissentEscalated, People = 1 });
        var decided = new BallotDecided
        {
            BallotId = Ballot,
            Outcome = ReasonCode.NoQuorum,
            DecidedBy = "nobody",
            Explanation = [],
            RecordHash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        };
        yield return (
            decided,
            decided with
            {
                Outcome = ReasonCode.DissentEscalated,
                Option = "review",
                DecidedBy = "people",
                People = ["ada"],
                Explanation = ["Majority: floor(3/2)+1 = 2; 3 electors.", "Dissent: fraud-desk says review."],
            }
        );
        var told = new RunBallotDecided
        {
            RunId = Guid.Parse("0198c5a0-7c1e-7d52-9a3b-2f6d1e0c4b5a"),
            StepId = "refund",
            BallotId = Ballot,
            Outcome = ReasonCode.Vetoed,
        };
        yield return (
            told,
            told with
            {
                Outcome = BallotOutcomes.Decided,
                Option = "refund",
                OpeningHash = "9f86d081884c7d65",
                Detail = "by votes",
            }
        );
        var answer = new AnswerBallot { BallotId = Ballot, AnsweredBy = "ada" };
        yield return (answer, answer with { Option = "review", Note = "Called the customer." });
        var cancel = new CancelBallot { BallotId = Ballot, RequestedBy = "helpdesk" };
        yield return (cancel, cancel with { Note = "The order was cancelled." });
        var outcome = new ReportOutcome
        {
            BallotId = Ballot,
            Right = "review",
            ReportedBy = "accounting",
        };
        yield return (outcome, outcome with { Right = "refund" });
        var due = new BallotTimerDue
        {
            BallotId = Ballot,
            Kind = "deadline",
            Round = 1,
        };
        yield return (due, due with { Kind = "person", Round = 2 });
    }
}
