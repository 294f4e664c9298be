using Coordination.Persistence;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Serialization;

namespace Coordination.Simulation;

/// <summary>Runs a handler inside the product's own filter: inbox, unit of work, commit, duplicates.</summary>
internal static class Unit
{
    public static async Task OfWorkAsync(
        Node node,
        ReceiveContext receiving,
        Guid consumerId,
        Guid messageId,
        int attempt,
        Func<IUnitOfWork, Task> handle
    )
    {
        var context = Payloads.Create<ConsumeContext<Handled>>(
            ("get_MessageId", messageId),
            ("get_Headers", new DictionarySendHeaders()),
            ("get_ReceiveContext", receiving),
            ("get_CancellationToken", CancellationToken.None),
            ("get_Message", new Handled()),
            ("get_SerializerContext", null),
            ("NotifyConsumed", Task.CompletedTask)
        );
        if (attempt > 0)
        {
            Payloads.Of(context).Add(Payloads.Create<ConsumeRetryContext>(("get_RetryAttempt", attempt)));
        }

        var filter = new UnitOfWorkFilter(node.Units, node.Services, node.World.Metrics);
        await filter.Send(
            context,
            new OutboxConsumeOptions { ConsumerId = consumerId, ConsumerType = "simulated" },
            Pipe.ExecuteAsync<OutboxConsumeContext<Handled>>(_ => handle(Payloads.Of(context).Find<IUnitOfWork>()!))
        );
    }

    /// <summary>Stands for the message: the handler has it already.</summary>
    public sealed record Handled;
}
