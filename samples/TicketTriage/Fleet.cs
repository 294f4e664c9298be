using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using TicketTriage.Agents;
using TicketTriage.Running;

namespace TicketTriage;

/// <summary>The agent types of this program. Any process may run all of them, or a container each.</summary>
public static class Fleet
{
    private static readonly Dictionary<string, Action<IServiceCollection, bool>> Types = new(StringComparer.Ordinal)
    {
        ["triage"] = (services, asksModel) => services.AddAgent<TriageAgent>("triage", InlineUnless(asksModel)),
        ["policy"] = (services, _) => services.AddAgent<PolicyAgent>("policy", agent => agent.Inline = true),
        ["fraud"] = (services, asksModel) => services.AddAgent<FraudAgent>("fraud", InlineUnless(asksModel)),
        ["mood"] = (services, asksModel) => services.AddAgent<MoodAgent>("mood", InlineUnless(asksModel)),
        ["decide"] = (services, _) => services.AddAgent<DecideAgent>("decide", agent => agent.Inline = true),
        ["hold"] = (services, _) => services.AddAgent<HoldAgent>("hold"),
        ["refund"] = (services, _) => services.AddAgent<RefundAgent>("refund"),
        ["reply"] = (services, _) => services.AddAgent<ReplyAgent>("reply"),
    };

    /// <summary>In the order of the plan.</summary>
    public static IReadOnlyCollection<string> AgentTypes => Types.Keys;

    /// <summary>Adds the named agent types to this process.</summary>
    /// <param name="asksModel">A chat endpoint is configured, so reading agents take seconds.</param>
    public static void AddTo(IServiceCollection services, IEnumerable<string> agentTypes, bool asksModel)
    {
        foreach (var type in agentTypes)
        {
            Types[type](services, asksModel);
        }
    }

    /// <summary>Waits until the host has heard of these agent types: it refuses plans that name unknown ones.</summary>
    public static Task WaitAsync(RunClient client, IEnumerable<string> agentTypes, CancellationToken cancellationToken) =>
        Servers.WaitAsync(
            "agents",
            async stop =>
            {
                var missing = agentTypes.Except(await client.GetAgentTypesAsync(stop)).ToList();
                if (missing.Count > 0)
                {
                    throw new InvalidOperationException($"nobody has announced {string.Join(", ", missing)} yet.");
                }
            },
            cancellationToken
        );

    // Agents that only compute run inside the message's own transaction; the others claim their work and hold nothing while they wait.
    private static Action<AgentOptions> InlineUnless(bool asksModel) => agent => agent.Inline = !asksModel;
}
