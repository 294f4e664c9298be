using System.Text.RegularExpressions;

namespace Coordination.Workers;

/// <summary>An agent type this process hosts.</summary>
internal sealed partial class AgentRegistration
{
    public AgentRegistration(string type, AgentOptions options, Type agent)
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
        Adapter = AgentAdapter.For(agent);
        Slots = new Slots(options.Concurrency);
    }

    public string Type { get; }

    public string Endpoint => $"agent-{Type}";

    public AgentOptions Options { get; }

    public string Contract { get; }

    public string Definition => Options.Definition ?? Contract;

    public AgentAdapter Adapter { get; }

    public Slots Slots { get; }

    [GeneratedRegex("^[a-z0-9-]{1,64}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Name();
}
