using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Sagas.Runs;
using Coordination.Workers;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Coordination.Simulation;

/// <summary>
/// What the product's pipeline does with a message of a run, without the bus: the guard, a slot for orders, the unit of work with the inbox, then the saga
/// or the worker's intake, then the commit.
/// </summary>
internal sealed class RunPipeline
{
    private static readonly Lazy<SagaMap<RunSaga>> Map = new(() =>
    {
        using var db = new SqliteRunsDbContext(new DbContextOptionsBuilder<SqliteRunsDbContext>().UseSqlite().Options);
        return new SagaMap<RunSaga>(db.Model, new SqliteDialect());
    });

    private readonly Node node;
    private readonly Guard guard;
    private readonly Parking parking;
    private readonly RunDriver driver;
    private readonly StepIntake intake;
    private readonly AgentRegistration agent;
    private readonly WorkerOptions options;

    public RunPipeline(Node node)
    {
        this.node = node;
        guard = node.Get<Guard>();
        parking = node.Get<Parking>();
        driver = node.Get<RunDriver>();
        intake = node.Get<StepIntake>();
        agent = node.Get<AgentRegistration>();
        options = node.Get<WorkerOptions>();
    }

    public IEnumerable<(string Endpoint, Handling Handle)> Endpoints =>
        [
            (Wire.RunsEndpoint, (context, attempt) => ReceiveAsync(Wire.RunsEndpoint, context, attempt, MoveAsync)),
            (agent.Endpoint, (context, attempt) => ReceiveAsync(agent.Endpoint, context, attempt, TakeAsync)),
        ];

    private async Task ReceiveAsync(string endpoint, ReceiveContext context, int attempt, Func<Order, Task> handle)
    {
        var passed = false;
        await guard.Send(context, Pipe.Execute<ReceiveContext>(_ => passed = true));
        if (!passed)
        {
            return;
        }

        context.TryGetPayload<ContractReading>(out var reading);
        context.TryGetPayload<Envelope>(out var envelope);
        var message = reading!.Message!;
        using var slot = message is ExecuteStep or CompensateStep ? await SlotAsync() : null;
        var consumer = UnitOfWorkObserver.ConsumerId(
            endpoint,
            endpoint == Wire.RunsEndpoint ? typeof(RunSaga) : typeof(StepConsumer),
            message.GetType()
        );
        try
        {
            await Unit.OfWorkAsync(
                node,
                context,
                consumer,
                envelope!.MessageId,
                attempt,
                work => handle(new Order(message, envelope, work, slot))
            );
        }
        catch (MessageRefusedException refused)
        {
            await parking.ParkAsync(context, refused.Reason, refused.Detail);
        }
    }

    /// <summary>The saga's part, as its repository and state machine do it: locked read, the driver, write guarded by the version.</summary>
    private async Task MoveAsync(Order order)
    {
        var message = (IRunMessage)order.Message;
        if (await order.Work.LoadAsync(Map.Value.Row, message.RunId) is { } saga)
        {
            await node.Step("saga read");
            await DecideAsync(saga, order);
            order.Work.Execute(Map.Value.Update(saga));
        }
        else if (message is SubmitRun submission)
        {
            var started = new RunSaga { CorrelationId = submission.RunId };
            await driver.StartAsync(Behavior(started, submission, order));
            if (!started.IsNothing)
            {
                order.Work.Execute(Map.Value.Insert(started));
            }
        }
        else
        {
            throw RunDriver.UnknownRun(message);
        }
    }

    private Task DecideAsync(RunSaga saga, Order order) =>
        order.Message switch
        {
            SubmitRun m => driver.HandleAsync(Behavior(saga, m, order)),
            CancelRun m => driver.HandleAsync(Behavior(saga, m, order)),
            StepCompleted m => driver.HandleAsync(Behavior(saga, m, order)),
            StepFailed m => driver.HandleAsync(Behavior(saga, m, order)),
            StepCompensated m => driver.HandleAsync(Behavior(saga, m, order)),
            RunTimerDue m => driver.HandleAsync(Behavior(saga, m, order)),
            var other => throw new NotSupportedException($"No {other.GetType().Name} in this workload."),
        };

    /// <summary>The worker's part: an order becomes a claim, a cancellation reaches it.</summary>
    private async Task TakeAsync(Order order)
    {
        await (
            order.Message switch
            {
                ExecuteStep m => intake.AcceptAsync(order.Work, agent, StepWork.From(m), order.Envelope, order.Slot, default),
                CompensateStep m => intake.AcceptAsync(order.Work, agent, StepWork.From(m), order.Envelope, order.Slot, default),
                CancelStep m => intake.CancelAsync(order.Work, agent, m, order.Envelope, default),
                var other => throw new NotSupportedException($"No {other.GetType().Name} in this workload."),
            }
        );
    }

    private async Task<SlotHold?> SlotAsync() =>
        await agent.Slots.WaitAsync(options.ClaimWait, node.Time, default) ? new SlotHold(agent.Slots) : null;

    private static BehaviorContext<RunSaga, T> Behavior<T>(RunSaga saga, T message, Order order)
        where T : class
    {
        var context = Payloads.Create<BehaviorContext<RunSaga, T>>(
            ("get_Saga", saga),
            ("get_Message", message),
            ("get_CancellationToken", CancellationToken.None)
        );
        Payloads.Of(context).Add(order.Work);
        Payloads.Of(context).Add(order.Envelope);
        return context;
    }

    private sealed record Order(object Message, Envelope Envelope, IUnitOfWork Work, SlotHold? Slot);
}
