using System.Net.Sockets;
using Coordination.Host.CommandLine;
using Coordination.Persistence;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Coordination.Host.Startup;

/// <summary>Says what a fault means for the person who started the command, and with which code it ends.</summary>
internal static class Failures
{
    public static CommandFailure Explain(Exception exception) =>
        exception switch
        {
            CommandFailure known => known,
            SchemaOutdatedException outdated => new(ExitCode.PendingMigrations, outdated.Message, [.. outdated.Pending]),
            OptionsValidationException options => new(ExitCode.Usage, string.Join('\n', options.Failures)),
            PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName } => new(
                ExitCode.PendingMigrations,
                "The database lacks tables or views this command reads. Run `coordination migrate` with a user that may create tables."
            ),
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused => new(
                ExitCode.Failed,
                $"The database user may not do this: {refused.MessageText}."
            ),
            NpgsqlException { InnerException: SocketException or TimeoutException or IOException } gone => new(
                ExitCode.Unreachable,
                $"The database stopped answering: {gone.InnerException!.Message}"
            ),
            // Kestrel's word for a port that is taken, and the like.
            IOException io => new(ExitCode.Failed, io.Message),
            TimeoutException late => new(ExitCode.Failed, late.Message),
            _ => new(
                ExitCode.Failed,
                $"Unexpected {exception.GetType().Name}: {exception.Message.TrimEnd('.')}. Add --verbose for details."
            ),
        };
}
