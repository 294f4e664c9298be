using Coordination.Contracts.V1;
using Coordination.Persistence;
using MassTransit;

namespace Coordination.Ballots;

/// <summary>The far end of one durable hop: handled in a unit of work, and heard of when that has committed.</summary>
internal sealed class Hop(Heard heard) : IConsumer<CancelBallot>
{
    public const string Endpoint = "bench-hop";

    public Task Consume(ConsumeContext<CancelBallot> context)
    {
        var id = context.Message.BallotId;
        context.GetPayload<IUnitOfWork>().OnCommitted(() => heard.Of(id));
        return Task.CompletedTask;
    }
}
