using System.CommandLine;
using System.Text.Json;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;
using Npgsql;

namespace Coordination.Host.Agents;

/// <summary><c>agents</c>: which agent types have announced themselves.</summary>
internal static class AgentsCommand
{
    public static Command Build(Terminal terminal)
    {
        var command = new Command("list", "Agent types and when they were last heard of.").WithExamples(
            "coordination agents list",
            "coordination agents list --json"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var agents = await ListAsync(office.Database, cancellationToken);
                invocation.Output.Show(
                    agents,
                    _ =>
                    {
                        var table = Output.Table("agent type", "instance", "build", "compensates", "last heard of");
                        foreach (var agent in agents)
                        {
                            table.AddTextRow(
                                agent.AgentType,
                                agent.Instance,
                                agent.Build,
                                agent.Compensates ? "yes" : "no",
                                Output.When(agent.LastSeenAt)
                            );
                        }
                        invocation.Output.Table(table, agents.Count, int.MaxValue, "agent has announced itself");
                    }
                );
                return ExitCode.Ok;
            }
        );
        return new Command("agents", "Show which agents there are.") { command };
    }

    private static async Task<IReadOnlyList<AgentRow>> ListAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select agent_type, instance, build, contracts, compensates, last_seen_at from coordination.coord_v1_agents order by agent_type, instance"
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var agents = new List<AgentRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            agents.Add(
                new AgentRow(
                    reader.GetString(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    JsonSerializer.Deserialize<JsonElement>(reader.GetString(3)),
                    reader.GetBoolean(4),
                    reader.GetFieldValue<DateTimeOffset>(5)
                )
            );
        }
        return agents;
    }

    private sealed record AgentRow(
        string AgentType,
        string Instance,
        string Build,
        JsonElement Contracts,
        bool Compensates,
        DateTimeOffset LastSeenAt
    );
}
