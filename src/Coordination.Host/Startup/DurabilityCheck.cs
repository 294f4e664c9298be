using System.Text;
using Coordination.Host.CommandLine;
using Coordination.Host.Settings;
using Npgsql;

namespace Coordination.Host.Startup;

/// <summary>
/// Whether the servers keep what they confirm, as far as an ordinary user may ask. What loses accepted work without anybody noticing stops the start; what only
/// a crash of a whole machine would lose is said in the log.
/// </summary>
internal static class DurabilityCheck
{
    private const string SettingsText =
        "SELECT current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes'), "
        + "current_setting('synchronous_standby_names')";

    /// <summary>What the log should say; empty when all is well.</summary>
    /// <exception cref="CommandFailure">The database confirms what it may lose.</exception>
    public static async Task<IReadOnlyList<string>> DatabaseAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        var address = new NpgsqlConnectionStringBuilder(settings.Database!.ConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(SettingsText, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return Judge(
            settings.DatabaseName,
            severalHosts: address.Host!.Contains(',', StringComparison.Ordinal),
            reader.GetString(0),
            reader.GetString(1),
            reader.GetString(2),
            reader.GetString(3)
        );
    }

    public static IReadOnlyList<string> Judge(
        string database,
        bool severalHosts,
        string synchronousCommit,
        string fsync,
        string fullPageWrites,
        string standbys
    )
    {
        if (synchronousCommit is "off")
        {
            throw new CommandFailure(
                ExitCode.Usage,
                $"PostgreSQL at {database} runs with synchronous_commit=off: it confirms commits that a crash takes back. "
                    + "Set it to on for the server, the database or the role (ALTER ROLE ... SET synchronous_commit = on)."
            );
        }

        var weak = new List<string>();
        if (fsync is "off" || fullPageWrites is "off")
        {
            weak.Add(
                $"PostgreSQL at {database} runs with fsync={fsync}, full_page_writes={fullPageWrites}: a crash of its machine may destroy the database. For tests only."
            );
        }

        if (severalHosts && (standbys.Length == 0 || synchronousCommit is "local"))
        {
            weak.Add(
                $"PostgreSQL at {database} has several hosts and no synchronous standby (synchronous_standby_names=\"{standbys}\", "
                    + $"synchronous_commit={synchronousCommit}): a failover may lose accepted work."
            );
        }

        return weak;
    }

    /// <summary>
    /// Too old to keep what it confirms, by the version in its greeting; null when all is well. More of the broker's settings an ordinary user is not shown.
    /// </summary>
    public static CommandFailure? Broker(string broker, IDictionary<string, object?>? greeting)
    {
        var version =
            greeting?.TryGetValue("version", out var value) == true && value is byte[] text ? Encoding.UTF8.GetString(text) : null;
        return Version.TryParse(version?.Split('-', '+')[0], out var number) && number < new Version(3, 10)
            ? new CommandFailure(
                ExitCode.Usage,
                $"{broker} is version {version}: its quorum queues may drop what they dead-letter. 3.10 is the least, 4 what is tested most."
            )
            : null;
    }
}
