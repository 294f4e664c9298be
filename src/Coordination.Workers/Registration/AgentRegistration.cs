using System.Text.RegularExpressions;

namespace Coordination.Workers;

/// <summary>An agent type this process hosts.</summary>
internal sealed partial class AgentRegistration
{
    /// <param name="type">Its name.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="agent">The class.</param>
    /// <param name="adapter">How steps reach it; null: found by the class.</param>
    public AgentRegistration(string type, AgentOptions options, Type agent, AgentAdapter? adapter = null)
    {
        if (!Name().IsMatch(type))
        {
            throw new ArgumentException(
                $"The agent type '{type}' must be 1 to 64 of a-z 0-9 - (it names the queue 'agent-<type>').",
                nameof(type)
            );
        }

        if (options.Concurrency is < 1 or > 1_000)
        {
            throw new ArgumentException($"Agent '{type}': Concurrency is {options.Concurrency}; it must be 1 to 1,000.", nameof(options));
        }

        if (options.PrefetchCount is < 1 or > 1_000)
        {
            throw new ArgumentException(
                $"Agent '{type}': PrefetchCount is {options.PrefetchCount}; it must be 1 to 1,000.",
                nameof(options)
            );
        }

        if (options.Definition is { } definition && (string.IsNullOrWhiteSpace(definition) || definition.Length > 100))
        {
            throw new ArgumentException($"Agent '{type}': Definition must be 1 to 100 characters.", nameof(options));
        }

        Type = type;
        Options = options;
        Contract = options.Contract ?? $"{type}.v1";
        Class = agent;
        Adapter = adapter ?? AgentAdapter.For(agent);
        Slots = new Slots(options.Concurrency);
    }

    public string Type { get; }

    public string Endpoint => $"agent-{Type}";

    public AgentOptions Options { get; }

    public string Contract { get; }

    public string Definition => Options.Definition ?? Contract;

    public Type Class { get; }

    public AgentAdapter Adapter { get; }

    public bool Votes => Class.IsAssignableTo(typeof(IVoter));

    public Slots Slots { get; }

    [GeneratedRegex("^[a-z0-9-]{1,64}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Name();
}
