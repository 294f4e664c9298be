using Npgsql;

namespace Coordination.Host.Settings;

/// <summary>Names a server to a person without its password.</summary>
internal static class Masking
{
    /// <summary><c>user@host:port/database</c></summary>
    public static string Name(NpgsqlConnectionStringBuilder connection) =>
        $"{connection.Username ?? "(no user)"}@{connection.Host}:{connection.Port}/{connection.Database ?? connection.Username}";

    /// <summary>An amqp address without the password; anything else is not shown at all, for it might be one.</summary>
    public static string Address(string address)
    {
        try
        {
            return Persistence.BrokerAddress.Parse(address).ToString();
        }
        catch (FormatException)
        {
            return "(unreadable address)";
        }
    }
}
