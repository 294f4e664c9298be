using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;

namespace Coordination.Sagas.Consensus;

// Taking votes, and counting them.
internal sealed partial class BallotTurn
{
    public void Voted(CastVote vote, VerifiedSender sender)
    {
        var (treatment, detail) = Judge(ballot, vote, sender);
        var flip = Flip(vote, treatment);
        Append(
            BallotRecordKind.Vote,
            line => line with { Vote = new RecordedVote(vote, sender.User, treatment, detail, flip, sender.FromHere) }
        );
        if (!CountedVotes.IsValid(treatment))
        {
            Refuse(ReasonOf(treatment), detail!);
            Publish(
                new VoteRefused
                {
                    BallotId = Opening.BallotId,
                    VoteId = vote.VoteId,
                    Voter = vote.Voter,
                    Reason = ReasonOf(treatment),
                    Detail = detail!,
                }
            );
            return;
        }
        ballot = ballot with { Votes = ballot.Votes.Add(Sealed(vote, ballot.RecordCount)) };
        Count(deadlinePassed: false);
    }

    /// <summary>A vote as it is kept and counted.</summary>
    private static SealedVote Sealed(CastVote vote, int line) =>
        new()
        {
            VoteId = vote.VoteId,
            Round = vote.Round,
            Voter = vote.Voter,
            Choice = vote.Choice,
            Confidence = vote.Confidence ?? 1,
            Rationale = vote.Rationale,
            Evidence = [.. vote.Evidence ?? []],
            Veto = vote.Veto is { } veto ? new Veto(veto.Reason, veto.Evidence) : null,
            Line = line,
        };

    /// <summary>What a vote is worth to a ballot as it stands, and why when it does not count.</summary>
    private static (VoteTreatment Treatment, string? Detail) Judge(BallotState ballot, CastVote vote, VerifiedSender sender)
    {
        var opening = ballot.Opening;
        var place = opening.Seats.Select((seat, i) => (seat, i)).FirstOrDefault(s => s.seat.Elector.Voter == vote.Voter, (null!, -1)).i;
        var seat =
            place >= 0 ? opening.Seats[place]
            : opening.Arbiter is { } arbiter && arbiter.Elector.Voter == vote.Voter ? arbiter
            : null;
        if (seat is null)
            return (VoteTreatment.Stranger, $"'{vote.Voter}' is not in the electorate of this ballot.");
        if (Forgery(opening.Policy, seat, vote, sender) is { } forgery)
            return (VoteTreatment.Forged, forgery);
        if (ballot.Status != BallotStatus.Voting)
            return (VoteTreatment.Late, "The voting was over before the vote came.");
        if (vote.Round != ballot.Round)
            return (
                vote.Round < ballot.Round ? VoteTreatment.Late : VoteTreatment.OtherRound,
                $"The vote is of round {vote.Round}; it is round {ballot.Round}."
            );
        if (ballot.WithArbiter ? place >= 0 : place < 0 || place >= ballot.Asked)
            return (
                ballot.WithArbiter ? VoteTreatment.Late : VoteTreatment.NotAsked,
                ballot.WithArbiter ? "The voters are done; the arbiter decides." : $"'{vote.Voter}' has not been asked."
            );
        if (
            vote.QuestionHash is null
                ? opening.Policy.Signed
                : vote.QuestionHash != QuestionHash.Of(BallotQuestion.Of(ballot, vote.Voter, default))
        )
            return (
                VoteTreatment.Forged,
                vote.QuestionHash is null
                    ? "The vote does not say which question it answers."
                    : "The vote answers another question than was asked."
            );
        if (ballot.Votes.Any(v => v.Voter == vote.Voter && v.Round == vote.Round))
            return (VoteTreatment.Duplicate, $"'{vote.Voter}' has voted in this round; the first vote counts.");
        var electors = new HashSet<string>(StringComparer.Ordinal) { vote.Voter };
        var rule = opening.Ballot(opening.Seats.Length, deadlinePassed: false);
        var asVote = new Vote
        {
            Voter = vote.Voter,
            Choice = vote.Choice,
            Confidence = vote.Confidence ?? 1,
        };
        return CountedVotes.Judge(rule, asVote, electors) switch
        {
            VoteTreatment.UnknownOption => (VoteTreatment.UnknownOption, "The choice is none of the options."),
            VoteTreatment.BadConfidence => (VoteTreatment.BadConfidence, "The confidence is not a number from 0 to 1."),
            var valid => (valid, null),
        };
    }

    private static string? Forgery(BallotPolicy policy, Seat seat, CastVote vote, VerifiedSender sender)
    {
        if (!seat.Users.IsEmpty && !sender.FromHere && (sender.User is null || !seat.Users.Contains(sender.User)))
            return $"The broker's user is not one of '{vote.Voter}'.";
        if (!policy.Signed)
            return null;
        using var key = seat.PublicKey is { } pem ? PolicyCheck.PublicKeyOf(pem) : null;
        return key is not null && VoteSignature.IsSigned(vote, key)
            ? null
            : $"The vote does not carry the signature of '{vote.Voter}', which tier {policy.Tier} asks for.";
    }

    private string? Flip(CastVote vote, VoteTreatment treatment) =>
        CountedVotes.IsValid(treatment)
        && ballot.Votes.LastOrDefault(v => v.Voter == vote.Voter && v.Round < vote.Round) is { } before
        && before.Choice != vote.Choice
            ? before.Choice
            : null;

    private static string ReasonOf(VoteTreatment treatment) =>
        treatment switch
        {
            VoteTreatment.Stranger => ReasonCode.UnregisteredSender,
            VoteTreatment.Forged => ReasonCode.SenderMismatch,
            VoteTreatment.Late => ReasonCode.Expired,
            VoteTreatment.Duplicate => ReasonCode.IdempotencyConflict,
            VoteTreatment.NotAsked => ReasonCode.AdmissionDenied,
            _ => ReasonCode.ContractInvalid,
        };

    /// <summary>Asks the rule, and closes the phase when it has an outcome.</summary>
    private void Count(bool deadlinePassed)
    {
        if (ballot.WithArbiter)
        {
            CountArbiter(deadlinePassed);
            return;
        }
        var rule = Opening.Ballot(ballot.Asked, deadlinePassed);
        var votes = Debate.Effective(ballot.Votes, ballot.Round, Opening.Evidence, deadlinePassed);
        var result = Tally.Decide(rule, votes);
        var isWholeElectorate = ballot.Asked == Opening.Seats.Length;
        // A first panel has to be heard in full: whether it is of one mind shows with its last vote.
        if (
            result.Outcome == BallotOutcome.Open
            || (!isWholeElectorate && !deadlinePassed && votes.Count < ballot.Asked && IsUndisputed(result))
        )
            return;
        Append(BallotRecordKind.Closed, line => line with { Close = Close(result, deadlinePassed) });
        var isOfOneMind = result.Outcome == BallotOutcome.Decided && result.Tally.Values.Count(v => v > 0) == 1;
        if (!isWholeElectorate && !isOfOneMind && result.Outcome is not (BallotOutcome.Vetoed or BallotOutcome.DissentEscalated))
            Widen();
        else if (result.Outcome == BallotOutcome.Split && ballot.Round <= Opening.Policy.DebateRounds)
            NextRound();
        else
            Closed(result);
    }

    // Whether a vote that is not there yet could make another outcome of it.
    private bool CanStillChange() =>
        Tally
            .Decide(
                Opening.Ballot(ballot.Asked, deadlinePassed: false),
                Debate.Effective(ballot.Votes, ballot.Round, Opening.Evidence, deadlinePassed: false)
            )
            .Outcome == BallotOutcome.Open;

    private static bool IsUndisputed(TallyResult result) => result.Outcome is BallotOutcome.Decided or BallotOutcome.Split;

    private RecordedClose Close(TallyResult result, bool deadlinePassed) =>
        new()
        {
            Round = ballot.Round,
            Asked = ballot.Asked,
            DeadlinePassed = deadlinePassed,
            Outcome = BallotJson.NameOf(result.Outcome),
            Leading = result.Leading,
            Tally = result.Tally,
            ElectorateWeight = result.ElectorateWeight,
            Explanation = result.Explanation,
        };

    private void Widen()
    {
        var before = ballot.Asked;
        ballot = ballot with { Asked = Opening.Panels.First(size => size > before) };
        NewPhase(Opening.Deadline);
        Append(BallotRecordKind.Widened, line => line with { Note = $"{before} voters were not of one mind: {ballot.Asked} are asked." });
        // Five of seven may have settled it for the seven: nobody is asked for a vote that changes nothing.
        if (ballot.Asked == Opening.Seats.Length && !CanStillChange())
            Count(deadlinePassed: false);
        else
            Ask(Opening.Seats.Take(ballot.Asked).Skip(before));
    }

    private void NextRound()
    {
        ballot = ballot with { Round = ballot.Round + 1 };
        NewPhase(Opening.Deadline);
        Append(
            BallotRecordKind.Debate,
            line => line with { Note = $"Round {ballot.Round}: a changed vote needs a reference nobody has named." }
        );
        Ask(Opening.Seats.Take(ballot.Asked));
    }
}
