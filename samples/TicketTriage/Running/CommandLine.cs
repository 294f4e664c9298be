using System.CommandLine;
using TicketTriage.Outside;

namespace TicketTriage.Running;

/// <summary>What may be said on the command line. Secrets and addresses may come from the environment instead.</summary>
public static class CommandLine
{
    public const string BrokerVariable = "COORDINATION_BROKER";
    public const string DatabaseVariable = "COORDINATION_DATABASE";
    public const string ChatEndpointVariable = "Chat__Endpoint";
    public const string ChatModelVariable = "Chat__Model";
    public const string ChatKeyVariable = "Chat__ApiKey";

    private static readonly Option<string?> Tickets = new("--tickets")
    {
        Description = "Ticket file in JSON Lines. Default: the tickets that come with the sample.",
        HelpName = "FILE",
    };

    private static readonly Option<string> Data = new("--data")
    {
        Description = "Folder for the database file, refunds.jsonl, holds.jsonl and mail/.",
        HelpName = "DIR",
        DefaultValueFactory = _ => ".coordination",
    };

    private static readonly Option<string?> DataSet = new("--data-set")
    {
        Description = "Becomes part of ticket and order ids: keeps files apart that use the same ones, and makes the same file new.",
        HelpName = "NAME",
    };

    private static readonly Option<string?> Broker = new("--broker")
    {
        Description = $"RabbitMQ, amqp://user:password@host/vhost. Needs --database. Default: ${BrokerVariable}, else none: in memory.",
        HelpName = "URI",
    };

    private static readonly Option<string?> Database = new("--database")
    {
        Description =
            $"PostgreSQL, a connection string or postgres:// URI. Needs --broker. Default: ${DatabaseVariable}, else none: SQLite.",
        HelpName = "TEXT",
    };

    private static readonly Option<Role> Part = new("--role")
    {
        Description =
            "What this process does: all, submit, host (run sagas) or worker (agents). Others than all need --broker and --database.",
        HelpName = "all|submit|host|worker",
    };

    private static readonly Option<string[]> Agent = new("--agent")
    {
        Description = $"With --role worker: only this agent type; may be repeated. One of {string.Join(", ", Fleet.AgentTypes)}.",
        HelpName = "TYPE",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int?> Lease = new("--lease")
    {
        Description = "After how many seconds others take over the work of a process that died: 1 to 3600. Default: 30.",
        HelpName = "SECONDS",
    };

    private static readonly Option<bool> NoMigrate = new("--no-migrate")
    {
        Description = "Do not create or update the database's tables at start: somebody else does, with more rights.",
    };

    private static readonly Option<string?> ChatEndpoint = new("--chat-endpoint")
    {
        Description =
            $"OpenAI-compatible endpoint the reading agents ask. Default: ${ChatEndpointVariable}, else none: rules. Key: ${ChatKeyVariable}.",
        HelpName = "URI",
    };

    private static readonly Option<string?> ChatModel = new("--chat-model")
    {
        Description = $"Model to ask. Default: ${ChatModelVariable}.",
        HelpName = "NAME",
    };

    private static readonly Option<bool> RefundBallot = new("--refund-ballot")
    {
        Description = "Only the refunds to customers with charge-backs, each put to the vote of three agents.",
    };

    private static readonly Option<bool> WithoutConsensus = new("--without-consensus")
    {
        Description = "With --refund-ballot: a plain majority decides, and pays every one of them. See it fail first.",
    };

    private static readonly Option<bool> Monitor = new("--monitor")
    {
        Description =
            "Serve the monitor for this machine, submit work that needs a person beside the tickets, and go on until Ctrl+C. On by default on a terminal.",
    };

    private static readonly Option<bool> NoMonitor = new("--no-monitor")
    {
        Description = "No monitor, also on a terminal: end when the tickets are done.",
    };

    private static readonly Option<string> MonitorUrl = new("--monitor-url")
    {
        Description = "Where the monitor is. Port 0: any that is free.",
        HelpName = "URL",
        DefaultValueFactory = _ => MonitorPage.DefaultUrl,
    };

    public static RootCommand Create(Func<SampleOptions, CancellationToken, Task<int>> run)
    {
        var command = new RootCommand(
            "Support tickets become runs of eight steps over eight agent types. Without options everything runs in this process."
        )
        {
            Tickets,
            Data,
            DataSet,
            Broker,
            Database,
            Part,
            Agent,
            Lease,
            NoMigrate,
            ChatEndpoint,
            ChatModel,
            RefundBallot,
            WithoutConsensus,
            Monitor,
            NoMonitor,
            MonitorUrl,
        };
        command.Validators.Add(result =>
        {
            foreach (var problem in Problems(result))
            {
                result.AddError(problem);
            }
        });
        command.SetAction((parsed, cancellationToken) => run(Read(parsed), cancellationToken));
        return command;
    }

    private static IEnumerable<string> Problems(System.CommandLine.Parsing.CommandResult line)
    {
        var (broker, database) = (line.GetValue(Broker) ?? Variable(BrokerVariable), line.GetValue(Database) ?? Variable(DatabaseVariable));
        if (broker is null != database is null)
        {
            yield return $"--broker and --database go together: --{(broker is null ? "broker" : "database")} is missing (or ${BrokerVariable}, ${DatabaseVariable}).";
        }

        if (broker is not null && !(Uri.TryCreate(broker, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps"))
        {
            yield return "--broker must be a URI such as amqp://user:password@localhost:5672/.";
        }

        var role = line.GetValue(Part);
        if (role != Role.All && broker is null)
        {
            yield return $"--role {role.ToString().ToLowerInvariant()} is one process of several: it needs --broker and --database.";
        }

        var agents = line.GetValue(Agent) ?? [];
        if (agents.Length > 0 && role != Role.Worker)
        {
            yield return "--agent goes with --role worker.";
        }

        foreach (var unknown in agents.Except(Fleet.AgentTypes))
        {
            yield return $"--agent {unknown} does not exist; there are {string.Join(", ", Fleet.AgentTypes)}.";
        }

        if ((line.GetValue(RefundBallot) || line.GetValue(WithoutConsensus)) && role != Role.All)
        {
            yield return "--refund-ballot runs everything in one process: leave --role away.";
        }

        if (line.GetValue(Monitor) && line.GetValue(NoMonitor))
        {
            yield return "--monitor and --no-monitor exclude each other.";
        }

        if (
            line.GetValue(Monitor) && (role is Role.Submit or Role.Worker || line.GetValue(RefundBallot) || line.GetValue(WithoutConsensus))
        )
        {
            yield return "--monitor goes with all tickets in one process, or with --role host.";
        }

        if (
            line.GetValue(MonitorUrl) is { } page
            && !(Uri.TryCreate(page, UriKind.Absolute, out var url) && url is { Scheme: "http", IsLoopback: true })
        )
        {
            yield return $"--monitor-url must be an address of this machine such as {MonitorPage.DefaultUrl}.";
        }

        if (line.GetValue(Lease) is < 1 or > 3600)
        {
            yield return "--lease must be 1 to 3600 seconds.";
        }

        if (line.GetValue(Tickets) is { } file && !File.Exists(file))
        {
            yield return $"--tickets {file} does not exist.";
        }

        var (endpoint, model) = (
            line.GetValue(ChatEndpoint) ?? Variable(ChatEndpointVariable),
            line.GetValue(ChatModel) ?? Variable(ChatModelVariable)
        );
        if (endpoint is not null && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var chat) && chat.Scheme is "http" or "https"))
        {
            yield return "--chat-endpoint must be a URI such as http://localhost:11434/v1.";
        }

        if (endpoint is not null && model is null)
        {
            yield return $"--chat-endpoint needs --chat-model (or ${ChatModelVariable}).";
        }
    }

    private static SampleOptions Read(ParseResult line)
    {
        var agents = line.GetValue(Agent) ?? [];
        return new SampleOptions
        {
            Role = line.GetValue(Part),
            Tickets = line.GetValue(Tickets),
            DataSet = line.GetValue(DataSet),
            Data = new DataFolder(line.GetValue(Data)!),
            Broker = line.GetValue(Broker) ?? Variable(BrokerVariable),
            Database = line.GetValue(Database) ?? Variable(DatabaseVariable),
            Agents = agents.Length > 0 ? [.. agents.Distinct(StringComparer.Ordinal)] : [.. Fleet.AgentTypes],
            Lease = TimeSpan.FromSeconds(line.GetValue(Lease) ?? 30),
            Migrate = !line.GetValue(NoMigrate),
            RefundBallot = line.GetValue(RefundBallot) || line.GetValue(WithoutConsensus),
            WithoutConsensus = line.GetValue(WithoutConsensus),
            Monitor = line.GetValue(Monitor) || (IsOnTerminal(line) && !line.GetValue(NoMonitor)),
            MonitorUrl = line.GetValue(MonitorUrl)!,
            Chat = (line.GetValue(ChatEndpoint) ?? Variable(ChatEndpointVariable)) is { } endpoint
                ? new ChatSettings(new Uri(endpoint), (line.GetValue(ChatModel) ?? Variable(ChatModelVariable))!, Variable(ChatKeyVariable))
                : null,
        };
    }

    private static bool IsOnTerminal(ParseResult line) =>
        !Console.IsInputRedirected
        && !Console.IsOutputRedirected
        && line.GetValue(Part) == Role.All
        && !line.GetValue(RefundBallot)
        && !line.GetValue(WithoutConsensus);

    // Not as the options' defaults: the help shows defaults, and an address holds a password.
    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
