using System.Net.Mime;

namespace Coordination.Persistence;

/// <summary>Names on the wire: part of the public contract, kept in one place.</summary>
public static class Wire
{
    /// <summary>Bodies are plain JSON; what they are stands in the headers.</summary>
    public static readonly ContentType ContentType = new("application/json");

    /// <summary>Header with the contract's id, for example <c>step.execute.v1</c>.</summary>
    public const string ContractHeader = "coord-contract";

    /// <summary>Header of a message that the outbox may have sent before: its receiver asks the inbox first.</summary>
    public const string SentAgainHeader = "coord-sent-again";

    /// <summary>Queue of the run saga.</summary>
    public const string RunsEndpoint = "coordination-runs";

    /// <summary>Queue of the registry of agent types.</summary>
    public const string RegistryEndpoint = "coordination-registry";

    /// <summary>Queue of the ballot saga.</summary>
    public const string BallotsEndpoint = "coordination-ballots";

    /// <summary>Queue of an agent type.</summary>
    public static string AgentEndpoint(string agentType) => AgentPrefix + agentType;

    /// <summary>The agent type whose queue this is; null for other endpoints.</summary>
    public static string? AgentTypeOf(string endpoint) =>
        endpoint.StartsWith(AgentPrefix, StringComparison.Ordinal) ? endpoint[AgentPrefix.Length..] : null;

    private const string AgentPrefix = "agent-";

    /// <summary>Exchange an event is published to, for example <c>coordination.run-completed.v1</c>.</summary>
    public static string EventExchange(string contractName, int major) => $"coordination.{contractName.Replace('.', '-')}.v{major}";

    /// <summary>Address of an exchange; a queue of the same name is bound to it.</summary>
    public static string Address(string exchange) => "exchange:" + exchange;

    /// <summary>The endpoint in an address: what follows the last <c>:</c> or <c>/</c>, without options.</summary>
    public static string EndpointOf(string address)
    {
        var end = address.IndexOf('?', StringComparison.Ordinal);
        var name = end < 0 ? address : address[..end];
        return name[(name.LastIndexOfAny([':', '/']) + 1)..];
    }
}
