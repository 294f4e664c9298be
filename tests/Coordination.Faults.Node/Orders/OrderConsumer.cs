using System.Collections.Concurrent;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using MassTransit;

namespace Coordination.Faults.Node.Orders;

/// <summary>An effect inside the database: one row per handled message, in the order of handling. Nothing in the table prevents a second one.</summary>
internal sealed class OrderConsumer(NodeSettings settings) : IConsumer<StepProgress>
{
    public const string Endpoint = "orders";

    private static readonly ConcurrentDictionary<(Guid, int), byte> Conflicts = new();

    public Task Consume(ConsumeContext<StepProgress> context)
    {
        var (key, number) = (context.Message.RunId, context.Message.Attempt);
        var work = context.GetPayload<IUnitOfWork>();
        work.Execute(
            new Statement(
                "INSERT INTO faults.order_applied (key, number, process) VALUES (@key, @number, @process)",
                ("key", key, ColumnKind.Uuid),
                ("number", number, ColumnKind.Int32),
                ("process", settings.Name, ColumnKind.Text)
            )
        );
        // Some meet a conflict the first time: what they have written must go, and they must not be overtaken.
        return number % 29 == 0 && Conflicts.TryAdd((key, number), 0)
            ? throw new GuardFailedException("this handling was made to fail")
            : Task.CompletedTask;
    }
}
