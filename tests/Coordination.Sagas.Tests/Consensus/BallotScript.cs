using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>Drives one ballot by hand: says what happens, keeps state, record and everything that was decided, and checks what must hold in every state.</summary>
internal sealed class BallotScript
{
    private readonly List<BallotAction> all = [];
    private readonly List<(string Text, string Hash)> lines = [];
    private int votes;

    public BallotScript(BallotOpening opening)
    {
        Now = opening.OpenedAt;
        State = null!;
        Apply(() => BallotRules.Open(opening));
    }

    /// <summary>Opens a ballot of v0, v1 and so on.</summary>
    public static BallotScript Of(int voters, BallotPolicy? policy = null, OpenBallot? message = null) =>
        Of(Ballots.Voters(voters), policy, message);

    public static BallotScript Of(VoterProfile[] voters, BallotPolicy? policy = null, OpenBallot? message = null)
    {
        var (opening, problems) = Ballots.Host(policy ?? Ballots.Policy(), voters).TryOpen(message);
        problems.Select(problem => problem.Message).ShouldBeEmpty();
        return new BallotScript(opening!);
    }

    public BallotState State { get; private set; }
    public DateTimeOffset Now { get; private set; }

    /// <summary>Actions of the last decision.</summary>
    public IReadOnlyList<BallotAction> Last { get; private set; } = [];
    public IReadOnlyList<BallotAction> All => all;
    public string? Refusal { get; private set; }
    public string? RefusalDetail { get; private set; }
    public IReadOnlyList<(string Text, string Hash)> Lines => lines;

    public IReadOnlyList<BallotRecord> Record => [.. lines.Select(line => BallotRecord.Parse(line.Text))];

    /// <summary>Who was asked by the last decision.</summary>
    public IReadOnlyList<string> Asked => [.. Last.OfType<BallotAction.Ask>().Select(ask => ask.Voter)];

    public IReadOnlyList<IBallotMessage> Published => [.. Last.OfType<BallotAction.Publish>().Select(publish => publish.Message)];

    /// <summary>The one decision; null while there is none.</summary>
    public RecordedDecision? Decision => all.OfType<BallotAction.Decide>().SingleOrDefault()?.Decision;

    /// <summary>What the decision says, for example <c>refund by votes</c>.</summary>
    public string Decided => Decision is { } made ? $"{made.Option ?? "nothing"} by {made.DecidedBy}" : "open";

    public RecordedVote LastVote => Record.Last(line => line.Vote is not null).Vote!;

    public BallotScript Vote(
        string voter,
        string choice,
        double? confidence = null,
        VoteVeto? veto = null,
        string? evidence = null,
        int? round = null
    ) => Receive(Cast(voter, choice, confidence, veto, evidence, round), voter);

    public CastVote Cast(
        string voter,
        string choice,
        double? confidence = null,
        VoteVeto? veto = null,
        string? evidence = null,
        int? round = null
    )
    {
        var vote = new CastVote
        {
            BallotId = State.Opening.BallotId,
            VoteId = new Guid(++votes, 0, 0, new byte[8]),
            Round = round ?? State.Round,
            Voter = voter,
            Choice = choice,
            Confidence = confidence,
            Veto = veto,
            Rationale = $"{voter} thinks so",
            Evidence = evidence is null ? null : [evidence],
            QuestionHash = State.Opening.Policy.Signed ? QuestionHash.Of(BallotQuestion.Of(State, voter, Now)) : null,
        };
        return State.Opening.Policy.Signed ? VoteSignature.Sign(vote, Ballots.KeyOf(voter)) : vote;
    }

    public BallotScript Answer(string person, string? option) =>
        Receive(
            new AnswerBallot
            {
                BallotId = State.Opening.BallotId,
                AnsweredBy = person,
                Option = option,
            }
        );

    public BallotScript Cancel() => Receive(new CancelBallot { BallotId = State.Opening.BallotId, RequestedBy = "helpdesk" });

    public BallotScript Report(string right) =>
        Receive(
            new ReportOutcome
            {
                BallotId = State.Opening.BallotId,
                Right = right,
                ReportedBy = "audit",
            }
        );

    public BallotScript Wait(TimeSpan time)
    {
        Now += time;
        return this;
    }

    /// <summary>Moves the clock to the end of the phase and lets its timer fire.</summary>
    public BallotScript Fire()
    {
        Now = State.EndsAt!.Value > Now ? State.EndsAt.Value : Now;
        return Fire(State.Phase);
    }

    public BallotScript Fire(int phase) =>
        Receive(
            new BallotTimerDue
            {
                BallotId = State.Opening.BallotId,
                Kind = "deadline",
                Round = phase,
            }
        );

    /// <param name="message">Any message of a ballot.</param>
    /// <param name="user">The broker's user; null: none was verified.</param>
    /// <param name="fromHere">It never left the database.</param>
    public BallotScript Receive(IBallotMessage message, string? user = null, bool fromHere = false)
    {
        var before = State;
        Apply(() => BallotRules.Decide(before, message, new VerifiedSender(user, fromHere), Now));
        return this;
    }

    private void Apply(Func<BallotDecision> decide)
    {
        var (before, decision) = (State, decide());
        TextOf(decide()).ShouldBe(TextOf(decision), "the same decision twice");
        (State, Last, Refusal, RefusalDetail) = (decision.Next, decision.Actions, decision.Refusal, decision.RefusalDetail);
        all.AddRange(decision.Actions);
        foreach (var append in decision.Actions.OfType<BallotAction.Append>())
        {
            append.Seq.ShouldBe(lines.Count + 1);
            lines.Add((append.Text, append.Hash));
        }
        BallotAudit.Faults(lines, State.RecordHash).ShouldBeEmpty();
        BallotInvariants.ShouldHold(before, State, all);
    }

    private static string TextOf(BallotDecision decision) =>
        JsonSerializer.Serialize(decision.Next, BallotJson.Default.BallotState)
        + string.Join('\n', decision.Actions.Select(action => action.ToString()))
        + decision.Refusal
        + decision.RefusalDetail;
}
