using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using MassTransit;

namespace Coordination.Workers;

/// <summary>The messages of an agent type's queue, handed to <see cref="StepIntake"/> with their unit of work and verified envelope.</summary>
internal sealed class StepConsumer(AgentRegistration agent, StepIntake intake)
    : IConsumer<ExecuteStep>,
        IConsumer<CompensateStep>,
        IConsumer<RequestVote>,
        IConsumer<CancelStep>
{
    public Task Consume(ConsumeContext<ExecuteStep> context) => AcceptAsync(context, StepWork.From(context.Message));

    public Task Consume(ConsumeContext<CompensateStep> context) => AcceptAsync(context, StepWork.From(context.Message));

    public Task Consume(ConsumeContext<RequestVote> context) => AcceptAsync(context, StepWork.From(context.Message));

    public Task Consume(ConsumeContext<CancelStep> context) =>
        intake.CancelAsync(Required<IUnitOfWork>(context), agent, context.Message, Required<Envelope>(context), context.CancellationToken);

    private Task AcceptAsync(ConsumeContext context, StepWork step) =>
        intake.AcceptAsync(
            Required<IUnitOfWork>(context),
            agent,
            step,
            Required<Envelope>(context),
            context.TryGetPayload<SlotHold>(out var slot) ? slot : null,
            context.CancellationToken
        );

    private static T Required<T>(ConsumeContext context)
        where T : class =>
        context.TryGetPayload<T>(out var payload)
            ? payload
            : throw new InvalidOperationException(
                $"The message came without {typeof(T).Name}: agents' endpoints need the pipeline of AddCoordination around them."
            );
}
