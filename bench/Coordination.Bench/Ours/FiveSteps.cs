using MassTransit;

namespace Coordination.Bench.Ours;

/// <summary>The saga's row.</summary>
internal sealed class FiveStepsState : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }
    public int Version { get; set; }
    public string CurrentState { get; set; } = "";
    public int Step { get; set; }
    public string Text { get; set; } = "";
}

/// <summary>Asks for five steps, one after the other, then says that it is done.</summary>
internal sealed class FiveSteps : MassTransitStateMachine<FiveStepsState>
{
    private const int Steps = 5;
    private static readonly Uri StepsAddress = new($"exchange:{Queues.Steps}");
    private static readonly Uri DoneAddress = new($"exchange:{Queues.Done}");

    public FiveSteps()
    {
        InstanceState(saga => saga.CurrentState);
        Event(() => Started, e => e.CorrelateById(context => context.Message.Key));
        Event(() => Answered, e => e.CorrelateById(context => context.Message.Key));

        Initially(
            When(Started)
                .Then(context => (context.Saga.Step, context.Saga.Text) = (1, context.Message.Text))
                .Send(StepsAddress, context => new DoStep(context.Saga.CorrelationId, context.Saga.Step, context.Saga.Text))
                .TransitionTo(Working)
        );
        During(
            Working,
            Ignore(Started),
            // An answer to an earlier step is old: the saga has gone on.
            When(Answered, context => context.Message.Step == context.Saga.Step)
                .Then(context => context.Saga.Step++)
                .IfElse(
                    context => context.Saga.Step <= Steps,
                    next =>
                        next.Send(StepsAddress, context => new DoStep(context.Saga.CorrelationId, context.Saga.Step, context.Saga.Text)),
                    done =>
                        done.Send(DoneAddress, context => new Finished(context.Saga.CorrelationId, context.Saga.Step, context.Saga.Text))
                            .TransitionTo(Completed)
                )
        );
        During(Completed, Ignore(Started), Ignore(Answered));
    }

    public State Working { get; private set; } = null!;
    public State Completed { get; private set; } = null!;
    public Event<StartSaga> Started { get; private set; } = null!;
    public Event<StepDone> Answered { get; private set; } = null!;
}
