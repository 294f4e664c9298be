using Coordination.Persistence;
using Npgsql;

namespace Coordination.Host.Settings;

/// <summary>Which servers a command talks to.</summary>
[Flags]
internal enum Needs
{
    None = 0,
    Database = 1,
    Broker = 2,
}

/// <summary>The checked settings of one command.</summary>
internal sealed record HostSettings
{
    public const string DefaultUrls = "http://127.0.0.1:8080";

    /// <summary>Null when the command does not talk to the broker.</summary>
    public BrokerAddress? Broker { get; init; }

    /// <summary>The address with its password: for the connection, never for a message.</summary>
    public string? BrokerUri { get; init; }

    /// <summary>Null when the command does not talk to the database. Holds the password: never for a message.</summary>
    public NpgsqlConnectionStringBuilder? Database { get; init; }

    public string Urls { get; init; } = DefaultUrls;

    /// <summary><c>line</c>, <c>json</c>, or null: by where standard error goes.</summary>
    public string? LogFormat { get; init; }

    public MonitorSettings Monitor { get; init; } = new();

    public required IConfiguration Configuration { get; init; }

    /// <summary>The database in words, without secrets.</summary>
    public string DatabaseName => Database is null ? "" : Masking.Name(Database);
}
