using System.Collections.Immutable;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Consensus;

/// <summary>One message's way through a ballot: collects the next state and the actions. Lives for one decision only.</summary>
internal sealed partial class BallotTurn(BallotState state, DateTimeOffset now)
{
    // Every process knows the database's clock within a round trip, and the one that set the timer need not be the one it reaches.
    private static readonly TimeSpan ClockError = TimeSpan.FromSeconds(1);

    private readonly ImmutableArray<BallotAction>.Builder actions = ImmutableArray.CreateBuilder<BallotAction>();
    private BallotState ballot = state;
    private string? refusal;
    private string? refusalDetail;

    private BallotOpening Opening => ballot.Opening;

    public BallotDecision Decide() =>
        new()
        {
            Next = ballot,
            Actions = actions.ToImmutable(),
            Refusal = refusal,
            RefusalDetail = refusalDetail,
        };

    public void Opened()
    {
        Append(BallotRecordKind.Opened, line => line with { Opening = Opening });
        Publish(
            new BallotOpened
            {
                BallotId = Opening.BallotId,
                Policy = Opening.Policy.Id,
                Tier = Opening.Policy.Tier.ToString(),
                Voters = Opening.Seats.Length,
            }
        );
        Ask(Opening.Seats.Take(ballot.Asked));
    }

    public void TimerDue(BallotTimerDue due)
    {
        // Overtaken while it was on its way: what it waited for has happened.
        if (due.Round != ballot.Phase || ballot.EndsAt is not { } end)
            return;
        if (now >= end - ClockError)
            TimeIsOver();
        else
            WaitOn(end);
    }

    // Nobody's timer ends a phase before its time; and if it was the ballot's own, nothing would come after it.
    private void WaitOn(DateTimeOffset end)
    {
        actions.Add(new BallotAction.WaitOn());
        Refuse(ReasonCode.ContractInvalid, $"The time is not over before {end:O}.");
    }

    public void TimeIsOver()
    {
        if (ballot.Status == BallotStatus.Voting)
            Count(deadlinePassed: true);
        else if (ballot.Status == BallotStatus.People)
            Finish(option: null, "nobody", []);
    }

    public void Cancelled(CancelBallot cancel)
    {
        if (ballot.Status == BallotStatus.Decided)
        {
            Refuse(ReasonCode.StaleGeneration, "The ballot is decided.");
            return;
        }
        var reason = $"Cancelled by {cancel.RequestedBy}{(string.IsNullOrWhiteSpace(cancel.Note) ? "." : $": {cancel.Note}")}";
        ballot = ballot with { Outcome = ReasonCode.Cancelled, Explanation = [reason] };
        Append(
            BallotRecordKind.Cancelled,
            line => line with { Note = reason, Cancel = new RecordedCancel(cancel.RequestedBy, cancel.Note) }
        );
        Finish(option: null, "nobody", []);
    }

    private void Ask(IEnumerable<Seat> seats) => actions.AddRange(seats.Select(seat => new BallotAction.Ask(seat.Elector.Voter)));

    private void Publish(IBallotMessage message) => actions.Add(new BallotAction.Publish(message));

    private void Refuse(string reason, string detail) => (refusal, refusalDetail) = (reason, detail);

    private void Append(string kind, Func<BallotRecord, BallotRecord>? fill = null)
    {
        var line = new BallotRecord
        {
            Seq = ballot.RecordCount + 1,
            At = now,
            Kind = kind,
        };
        var text = (fill is null ? line : fill(line)).ToText();
        var hash = BallotRecord.Hash(ballot.RecordHash, text);
        actions.Add(new BallotAction.Append(line.Seq, now, kind, text, hash));
        ballot = ballot with { RecordCount = line.Seq, RecordHash = hash };
    }

    private void NewPhase(TimeSpan time) => ballot = ballot with { Phase = ballot.Phase + 1, EndsAt = now + time };
}
