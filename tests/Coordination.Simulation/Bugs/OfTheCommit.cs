using Coordination.Persistence;

namespace Coordination.Simulation;

/// <summary>Acknowledges a delivery before its unit of work has committed: a crash in between loses the message.</summary>
internal sealed class AcknowledgeBeforeCommit : Bug
{
    public override bool AcknowledgesFirst => true;
}

/// <summary>An acknowledgement of many settles deliveries that are not done.</summary>
internal sealed class AcknowledgePastUnfinished : Bug
{
    public override bool AcknowledgesPast => true;
}

/// <summary>Treats a commit whose end was not seen as failed and makes the request again as a new one.</summary>
internal sealed class RepeatUnderNewId : Bug
{
    public override bool RepeatsUnderNewId => true;
}

/// <summary>Messages leave when the handler sends them, not when they are committed.</summary>
internal sealed class PublishBeforeCommit : Bug
{
    public override IUnitOfWorkFactory Units(Node node, SimulatedUnits units) =>
        new WrappedUnits(units, (key, alone) => new Work(node, units.Create(key, alone)));

    private sealed class Work(Node node, IUnitOfWork inner) : WrappedWork(inner)
    {
        public override void Send(OutgoingMessage message)
        {
            base.Send(message);
            if (message.Delay is null)
            {
                node.World.Broker.Accept(message);
            }
        }
    }
}

/// <summary>Messages leave from memory although COMMIT threw: it might have been committed, after all.</summary>
internal sealed class PublishAlthoughCommitThrew : Bug
{
    public override IUnitOfWorkFactory Units(Node node, SimulatedUnits units) =>
        new WrappedUnits(units, (key, alone) => new Work(node, units.Create(key, alone)));

    private sealed class Work(Node node, IUnitOfWork inner) : WrappedWork(inner)
    {
        private readonly List<OutgoingMessage> messages = [];

        public override void Send(OutgoingMessage message)
        {
            base.Send(message);
            messages.Add(message);
        }

        public override async Task CommitAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                await base.CommitAsync(cancellationToken);
            }
            catch (SimulatedDatabaseException)
            {
                messages.FindAll(message => message.Delay is null).ForEach(node.World.Broker.Accept);
                throw;
            }
        }
    }
}

/// <summary>Writes go on although the row they rely on has changed: no fence and no version is checked.</summary>
internal sealed class GuardsWithoutEffect : Bug
{
    public override IUnitOfWorkFactory Units(Node node, SimulatedUnits units) =>
        new WrappedUnits(units, (key, alone) => new Work(units.Create(key, alone)));

    private sealed class Work(IUnitOfWork inner) : WrappedWork(inner)
    {
        public override void Execute(Statement statement) => base.Execute(statement with { MustAffect = null });
    }
}
