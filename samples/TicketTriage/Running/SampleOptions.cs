using TicketTriage.Outside;

namespace TicketTriage.Running;

/// <summary>Which part of the work this process takes.</summary>
public enum Role
{
    /// <summary>Everything in one process.</summary>
    All,

    /// <summary>Only submits the tickets, waits and reports.</summary>
    Submit,

    /// <summary>Only decides how runs go on (the sagas).</summary>
    Host,

    /// <summary>Only carries out steps.</summary>
    Worker,
}

/// <summary>The command line, understood.</summary>
public sealed record SampleOptions
{
    public Role Role { get; init; } = Role.All;

    /// <summary>Null: the tickets that come with the program.</summary>
    public string? Tickets { get; init; }
    public string? DataSet { get; init; }
    public required DataFolder Data { get; init; }

    /// <summary><c>amqp://user:password@host/vhost</c>; null: messages stay in this process.</summary>
    public string? Broker { get; init; }

    /// <summary>PostgreSQL connection string or URI; null: a SQLite file in <see cref="Data"/>.</summary>
    public string? Database { get; init; }

    /// <summary>Agent types this process carries out.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [.. Fleet.AgentTypes];

    /// <summary>After this time others take over the work of a process that died.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);
    public bool Migrate { get; init; } = true;
    public ChatSettings? Chat { get; init; }

    /// <summary>Puts the disputed refunds to the vote instead of handling all tickets.</summary>
    public bool RefundBallot { get; init; }

    /// <summary>The same by a mere majority, to see what goes wrong.</summary>
    public bool WithoutConsensus { get; init; }

    /// <summary>Serves the monitor, submits work for people beside the tickets, and goes on until it is stopped.</summary>
    public bool Monitor { get; init; }

    public string MonitorUrl { get; init; } = MonitorPage.DefaultUrl;

    public bool Submits => Role is Role.All or Role.Submit;
    public bool HostsRuns => Role is Role.All or Role.Host;
    public bool HostsAgents => Role is Role.All or Role.Worker;
}

/// <summary>An OpenAI-compatible chat endpoint.</summary>
public sealed record ChatSettings(Uri Endpoint, string Model, string? ApiKey);
