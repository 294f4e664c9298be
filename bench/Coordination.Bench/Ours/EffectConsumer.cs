using Coordination.Persistence;
using MassTransit;

namespace Coordination.Bench.Ours;

/// <summary>One business row and one follow-up, in the message's own transaction.</summary>
internal sealed class EffectConsumer : IConsumer<DoEffect>
{
    private static readonly Uri Done = new($"exchange:{Queues.Done}");

    public Task Consume(ConsumeContext<DoEffect> context)
    {
        var message = context.Message;
        BusinessRow.Insert(context, message.Key, message.Step, message.Text);
        return context.Send(Done, new Finished(message.Key, message.Step, message.Text));
    }
}

/// <summary>Carries out a step of a saga and answers it.</summary>
internal sealed class StepConsumer : IConsumer<DoStep>
{
    private static readonly Uri Saga = new($"exchange:{Queues.Saga}");

    public Task Consume(ConsumeContext<DoStep> context)
    {
        var message = context.Message;
        BusinessRow.Insert(context, message.Key, message.Step, message.Text);
        return context.Send(Saga, new StepDone(message.Key, message.Step, message.Text));
    }
}

internal static class BusinessRow
{
    /// <summary>Joins the message's transaction; the bus alone has none, and no row.</summary>
    public static void Insert(ConsumeContext context, Guid key, int step, string text)
    {
        if (!context.TryGetPayload<IUnitOfWork>(out var work))
            return;
        work.Execute(
            new Statement(
                "insert into effect values (@key, @step, @text)",
                ("key", key, ColumnKind.Uuid),
                ("step", step, ColumnKind.Int32),
                ("text", text, ColumnKind.Text)
            )
        );
    }
}
