using System.Linq.Expressions;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using MassTransit;

namespace Coordination.Sagas.Consensus;

/// <summary>
/// The ballot as MassTransit sees it: which messages reach which row. What they mean is decided by <see cref="BallotRules"/> for every state alike, so the
/// machine has no transitions of its own and no message is ever unexpected.
/// </summary>
public sealed class BallotStateMachine : MassTransitStateMachine<BallotSaga>
{
    public BallotStateMachine(BallotDriver driver)
    {
        InstanceState(ballot => ballot.Status);
        SetCompleted(context => Task.FromResult(context.Saga.IsNothing));

        Event(() => Opened, e => e.CorrelateById(context => context.Message.BallotId));
        OfKnownBallot(() => VoteCast);
        OfKnownBallot(() => Answered);
        OfKnownBallot(() => CancelRequested);
        OfKnownBallot(() => OutcomeReported);
        OfKnownBallot(() => TimerDue);

        Initially(When(Opened).ThenAsync(driver.OpenAsync));
        DuringAny(
            When(Opened).ThenAsync(driver.OpenAgainAsync),
            When(VoteCast).ThenAsync(driver.HandleAsync),
            When(Answered).ThenAsync(driver.HandleAsync),
            When(CancelRequested).ThenAsync(driver.HandleAsync),
            When(OutcomeReported).ThenAsync(driver.HandleAsync),
            When(TimerDue).ThenAsync(driver.HandleAsync)
        );
    }

    // One state for each BallotStatus, of the same name; the decided one is a state too, because the row stays for those who ask.
    public State Voting { get; private set; } = null!;
    public State People { get; private set; } = null!;
    public State Decided { get; private set; } = null!;

    public Event<OpenBallot> Opened { get; private set; } = null!;
    public Event<CastVote> VoteCast { get; private set; } = null!;
    public Event<AnswerBallot> Answered { get; private set; } = null!;
    public Event<CancelBallot> CancelRequested { get; private set; } = null!;
    public Event<ReportOutcome> OutcomeReported { get; private set; } = null!;
    public Event<BallotTimerDue> TimerDue { get; private set; } = null!;

    private void OfKnownBallot<T>(Expression<Func<Event<T>>> name)
        where T : class, IBallotMessage =>
        Event(
            name,
            e =>
            {
                e.CorrelateById(context => context.Message.BallotId);
                e.OnMissingInstance(missing => missing.ExecuteAsync(context => throw BallotDriver.UnknownBallot(context.Message)));
            }
        );
}
