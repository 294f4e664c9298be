using System.Text.Json;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using MassTransit;

namespace Coordination.Sagas.Runs;

/// <summary>Remembers which agent types there are: the plan check asks it. A type stays known while its workers are away; its work waits.</summary>
internal sealed class AgentRegistry(SqlDialect sql) : IConsumer<AgentAnnounced>
{
    // An instance is a process: after a day of silence it does not come back under its name.
    private const long ForgetAfterMs = 24 * 60 * 60 * 1_000L;

    private readonly string type =
        $"INSERT INTO {sql.Table("agent_type")} (agent_type, first_seen_at) VALUES (@type, {sql.Now}) ON CONFLICT (agent_type) DO NOTHING";
    private readonly string instance =
        $"INSERT INTO {sql.Table("agent_instance")} (agent_type, instance, build, contracts, compensates, last_seen_at) "
        + $"VALUES (@type, @instance, @build, @contracts, @compensates, {sql.Now}) ON CONFLICT (agent_type, instance) DO UPDATE SET "
        + "build = excluded.build, contracts = excluded.contracts, compensates = excluded.compensates, last_seen_at = excluded.last_seen_at";
    private readonly string forget =
        $"DELETE FROM {sql.Table("agent_instance")} WHERE agent_type = @type AND last_seen_at < {sql.NowPlus("@ago")}";

    public Task Consume(ConsumeContext<AgentAnnounced> context)
    {
        if (!context.TryGetPayload<IUnitOfWork>(out var work))
            throw new InvalidOperationException("The registry needs a unit of work: host it with AddRuns.");
        var agent = context.Message;
        var contracts = JsonSerializer.Serialize(agent.Contracts, RunJson.Default.IReadOnlyListString);
        work.Execute(new Statement(type, ("type", agent.AgentType, ColumnKind.Text)));
        work.Execute(
            new Statement(
                instance,
                ("type", agent.AgentType, ColumnKind.Text),
                ("instance", agent.Instance, ColumnKind.Text),
                ("build", agent.Build, ColumnKind.Text),
                ("contracts", contracts, ColumnKind.Text),
                ("compensates", agent.Compensates, ColumnKind.Bool)
            )
        );
        work.Execute(new Statement(forget, ("type", agent.AgentType, ColumnKind.Text), ("ago", -ForgetAfterMs, ColumnKind.Int64)));
        return Task.CompletedTask;
    }
}
