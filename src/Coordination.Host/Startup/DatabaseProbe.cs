using Coordination.Host.CommandLine;
using Coordination.Host.Settings;
using Npgsql;

namespace Coordination.Host.Startup;

/// <summary>Looks whether the database can be used.</summary>
internal static class DatabaseProbe
{
    private const int SecondsPerLook = 5;

    public static string Server(HostSettings settings) => $"PostgreSQL at {settings.DatabaseName}";

    public static async Task<Finding> LookAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnectionStringBuilder(settings.Database!.ConnectionString)
        {
            Pooling = false,
            Timeout = Math.Clamp(settings.Database.Timeout, 1, SecondsPerLook),
        };
        try
        {
            await using var session = new NpgsqlConnection(connection.ConnectionString);
            await session.OpenAsync(cancellationToken);
            return new Finding.Answers();
        }
        catch (PostgresException exception)
        {
            return Judge(exception, settings);
        }
        catch (NpgsqlException exception) when (exception.Message.StartsWith("No password", StringComparison.Ordinal))
        {
            return Credentials(settings, "a password is asked for and none is given");
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            var cause = exception.InnerException ?? exception;
            return new Finding.Away(cause is EndOfStreamException ? "it closed the connection; it may be starting" : cause.Message);
        }
    }

    private static Finding Judge(PostgresException exception, HostSettings settings) =>
        exception.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => Credentials(
                settings,
                exception.MessageText
            ),
            PostgresErrorCodes.InvalidCatalogName => new Finding.Refused(
                new CommandFailure(
                    ExitCode.Unreachable,
                    $"{Server(settings)}: {exception.MessageText}. Create it, or name another one in {SettingNames.Database} (--database)."
                )
            ),
            PostgresErrorCodes.InsufficientPrivilege => new Finding.Refused(
                new CommandFailure(ExitCode.WrongCredentials, $"{Server(settings)} refuses the user: {exception.MessageText}.")
            ),
            // Starting up, shutting down, too many connections: passes.
            _ => new Finding.Away(exception.MessageText),
        };

    private static Finding.Refused Credentials(HostSettings settings, string why) =>
        new(
            new CommandFailure(
                ExitCode.WrongCredentials,
                $"{Server(settings)} refuses user \"{settings.Database!.Username}\": {why}. "
                    + $"Check {SettingNames.Database} (--database) or the file {SettingNames.DatabasePasswordFile} names."
            )
        );
}
