using System.Linq.Expressions;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using MassTransit;

namespace Coordination.Sagas.Runs;

/// <summary>
/// The run as MassTransit sees it: which messages reach which row. What they mean is decided by <see cref="RunRules"/> for every state alike, so
/// the machine has no transitions of its own and no message is ever unexpected.
/// </summary>
public sealed class RunStateMachine : MassTransitStateMachine<RunSaga>
{
    public RunStateMachine(RunDriver driver)
    {
        InstanceState(run => run.Status);
        SetCompleted(context => Task.FromResult(context.Saga.IsNothing));

        Event(() => Submitted, e => e.CorrelateById(context => context.Message.RunId));
        OfKnownRun(() => CancelRequested);
        OfKnownRun(() => StepDone);
        OfKnownRun(() => StepFailed);
        OfKnownRun(() => StepProgressed);
        OfKnownRun(() => InputRequired);
        OfKnownRun(() => InputAnswered);
        OfKnownRun(() => StepUndone);
        OfKnownRun(() => BallotDecided);
        OfKnownRun(() => TimerDue);

        Initially(When(Submitted).ThenAsync(driver.StartAsync));
        DuringAny(
            When(Submitted).ThenAsync(driver.HandleAsync),
            When(CancelRequested).ThenAsync(driver.HandleAsync),
            When(StepDone).ThenAsync(driver.HandleAsync),
            When(StepFailed).ThenAsync(driver.HandleAsync),
            When(StepProgressed).ThenAsync(driver.HandleAsync),
            When(InputRequired).ThenAsync(driver.HandleAsync),
            When(InputAnswered).ThenAsync(driver.HandleAsync),
            When(StepUndone).ThenAsync(driver.HandleAsync),
            When(BallotDecided).ThenAsync(driver.HandleAsync),
            When(TimerDue).ThenAsync(driver.HandleAsync)
        );
    }

    // One state for each RunStatus, of the same name; terminal ones are states too, because the row stays for those who ask.
    public State Running { get; private set; } = null!;
    public State Cancelling { get; private set; } = null!;
    public State Compensating { get; private set; } = null!;
    public State Completed { get; private set; } = null!;
    public State Partial { get; private set; } = null!;
    public State Failed { get; private set; } = null!;
    public State Cancelled { get; private set; } = null!;
    public State Expired { get; private set; } = null!;

    public Event<SubmitRun> Submitted { get; private set; } = null!;
    public Event<CancelRun> CancelRequested { get; private set; } = null!;
    public Event<StepCompleted> StepDone { get; private set; } = null!;
    public Event<StepFailed> StepFailed { get; private set; } = null!;
    public Event<StepProgress> StepProgressed { get; private set; } = null!;
    public Event<InputRequired> InputRequired { get; private set; } = null!;
    public Event<InputAnswered> InputAnswered { get; private set; } = null!;
    public Event<StepCompensated> StepUndone { get; private set; } = null!;
    public Event<RunBallotDecided> BallotDecided { get; private set; } = null!;
    public Event<RunTimerDue> TimerDue { get; private set; } = null!;

    private void OfKnownRun<T>(Expression<Func<Event<T>>> name)
        where T : class, IRunMessage =>
        Event(
            name,
            e =>
            {
                e.CorrelateById(context => context.Message.RunId);
                e.OnMissingInstance(missing => missing.ExecuteAsync(context => throw RunDriver.UnknownRun(context.Message)));
            }
        );
}
