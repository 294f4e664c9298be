using System.Security.Cryptography;
using System.Text;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;

namespace Coordination.Sagas.Consensus;

/// <summary>Turns a decision's actions into messages and the ballot's one timer, each with its envelope.</summary>
internal sealed class BallotMail(EnvelopeFactory envelopes)
{
    private const int MaxProblems = 200;
    private const int MaxSentence = 2_000;

    public void Post(IUnitOfWork work, BallotSaga saga, BallotState? before, BallotDecision decision, Envelope cause, DateTimeOffset now)
    {
        var ballot = decision.Next;
        foreach (var action in decision.Actions)
        {
            switch (action)
            {
                case BallotAction.Ask ask:
                    var request = BallotQuestion.Of(ballot, ask.Voter, now);
                    // Not in the ballot's order: a voter whose queue is not there must not hold up the decision.
                    work.Send(
                        OfBallot(
                            ContractOutgoing.To(Wire.AgentEndpoint(ask.Voter), request, Of(saga, cause) with { Deadline = ballot.EndsAt }),
                            saga,
                            ordered: false
                        )
                    );
                    break;
                case BallotAction.Publish { Message: BallotDecided decided } when ballot.Opening.RunId is { } run:
                    work.Send(OfBallot(ContractOutgoing.Publish(Fitting(decided), Of(saga, cause)), saga, ordered: true));
                    var told = new RunBallotDecided
                    {
                        RunId = run,
                        StepId = ballot.Opening.StepId!,
                        BallotId = decided.BallotId,
                        Outcome = decided.Outcome,
                        Option = decided.Option,
                        OpeningHash = ballot.Opening.ContentHash,
                        Detail = $"{decided.Outcome}, decided by {decided.DecidedBy}",
                    };
                    work.Send(OfBallot(ContractOutgoing.To(Wire.RunsEndpoint, told, Of(saga, cause)), saga, ordered: true));
                    break;
                case BallotAction.Publish happened:
                    work.Send(OfBallot(ContractOutgoing.Publish(Fitting(happened.Message), Of(saga, cause)), saga, ordered: true));
                    break;
            }
        }
        Time(work, saga, before, decision, cause, now);
    }

    public void OpenedAgain(IUnitOfWork work, BallotSaga saga, BallotOpening opening, Envelope cause) =>
        work.Send(
            OfBallot(
                ContractOutgoing.Publish(
                    new BallotOpened
                    {
                        BallotId = opening.BallotId,
                        Policy = opening.Policy.Id,
                        Tier = opening.Policy.Tier.ToString(),
                        Voters = opening.Seats.Length,
                    },
                    Of(saga, cause)
                ),
                saga,
                ordered: true
            )
        );

    public void Refused(IUnitOfWork work, Envelope cause, Guid ballotId, IReadOnlyList<Problem> problems) =>
        work.Send(
            ContractOutgoing.Publish(
                new BallotRefused
                {
                    BallotId = ballotId,
                    Reason = problems[0].Code,
                    Problems = [.. problems.Take(MaxProblems)],
                },
                envelopes.CausedBy(cause)
            )
        );

    /// <summary>A run waits for a ballot that there will not be.</summary>
    public void RefusedToRun(IUnitOfWork work, Envelope cause, OpenBallot message, IReadOnlyList<Problem> problems)
    {
        if (message is not { RunId: { } run, StepId: { } step })
            return;
        var told = new RunBallotDecided
        {
            RunId = run,
            StepId = step,
            BallotId = message.BallotId,
            Outcome = problems[0].Code,
            Detail = problems[0].Message is { Length: > 500 } text ? text[..500] : problems[0].Message,
        };
        work.Send(ContractOutgoing.To(Wire.RunsEndpoint, told, envelopes.CausedBy(cause)));
    }

    // One timer at a time: that of the phase the ballot is in. Its token follows from the phase, so nothing must be remembered to cancel it.
    private void Time(IUnitOfWork work, BallotSaga saga, BallotState? before, BallotDecision decision, Envelope cause, DateTimeOffset now)
    {
        var ballot = decision.Next;
        // A timer that is set again replaces the one of the same token.
        var again = decision.Actions.Any(action => action is BallotAction.WaitOn);
        if (!again && before is not null && before.Phase == ballot.Phase && before.EndsAt == ballot.EndsAt)
            return;
        if (!again && before?.EndsAt is not null)
            work.CancelTimer(Token(saga.CorrelationId, before.Phase));
        if (ballot.EndsAt is not { } end)
            return;
        var due = new BallotTimerDue
        {
            BallotId = saga.CorrelationId,
            Kind = ballot.Status == BallotStatus.People ? "people" : "deadline",
            Round = ballot.Phase,
        };
        // Hops limit the way through agents; a ballot's own clock must tick whatever is left of them.
        var envelope = Of(saga, cause) with
        {
            HopsLeft = Envelope.DefaultHops,
        };
        work.Send(
            OfBallot(ContractOutgoing.To(Wire.BallotsEndpoint, due, envelope), saga, ordered: false) with
            {
                Delay = end > now ? end - now : TimeSpan.Zero,
                Token = Token(saga.CorrelationId, ballot.Phase),
            }
        );
    }

    private static Guid Token(Guid ballotId, int phase) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"ballot/{ballotId:N}/{phase}")).AsSpan(0, 16));

    private static OutgoingMessage OfBallot(OutgoingMessage message, BallotSaga saga, bool ordered) =>
        message with
        {
            CorrelationId = saga.CorrelationId,
            GroupId = saga.CorrelationId,
            Ordered = ordered,
        };

    /// <summary>Caused by the message in hand, with the identity, tenant and hops of the message that opened the ballot.</summary>
    private Envelope Of(BallotSaga saga, Envelope cause) =>
        envelopes.CausedBy(
            cause with
            {
                TransactionId = saga.TransactionId,
                Tenant = saga.Tenant,
                HopsLeft = saga.Hops,
                RunId = saga.RunId,
                StepId = null,
                Attempt = null,
                TraceParent = cause.TraceParent ?? saga.TraceParent,
            }
        );

    private static IBallotMessage Fitting(IBallotMessage message) =>
        message is BallotDecided decided
            ? decided with
            {
                Explanation = [.. decided.Explanation.Select(e => e.Length <= MaxSentence ? e : e[..MaxSentence])],
            }
            : message;
}
