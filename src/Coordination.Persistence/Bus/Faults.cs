using System.Data.Common;
using System.Net.Sockets;
using MassTransit;
using Npgsql;

namespace Coordination.Persistence;

/// <summary>Sorts exceptions of the pipeline by what helps: wait for the database, try again, or park.</summary>
public static class Faults
{
    // Npgsql's own words; it is not translated.
    private const string NoHost = "No suitable host was found";

    /// <summary>The database is away or overloaded: waiting helps.</summary>
    public static bool IsDatabaseAway(Exception exception) =>
        exception switch
        {
            DbException { IsTransient: true } e when !IsConflict(e) => true,
            // Refused, reset or timed-out connections; the server shutting down (57P01..57P03), starting up, or a standby not promoted yet (25006).
            DbException e
                when e.SqlState is "57P01" or "57P02" or "57P03" or "53300" or "25006"
                    || (e.SqlState?.StartsWith("08", StringComparison.Ordinal) ?? false) => true,
            DbException { InnerException: SocketException or IOException or TimeoutException } => true,
            // Of several hosts none could be used: one message for each, or none when all that answered were standbys.
            NpgsqlException { InnerException: AggregateException each } => each.InnerExceptions.Any(e =>
                e is SocketException || IsDatabaseAway(e)
            ),
            NpgsqlException { InnerException: null } e and not PostgresException => e.Message.StartsWith(NoHost, StringComparison.Ordinal),
            // SQLITE_IOERR, SQLITE_FULL
            Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 10 or 13 } => true,
            // Of Npgsql, or of our wait for SQLite's one writer. A handler's own sockets and timeouts are its failures.
            TimeoutException { Source: "Npgsql" or "Coordination.Persistence" } => true,
            AggregateException { InnerException: { } inner } => IsDatabaseAway(inner),
            { InnerException: { } inner } when exception is SagaException or MassTransitException => IsDatabaseAway(inner),
            _ => false,
        };

    /// <summary>Two messages met on the same rows: the same work once more will do.</summary>
    public static bool IsConflict(Exception exception) =>
        exception switch
        {
            GuardFailedException => true,
            // serialization failure, deadlock, unique violation
            DbException { SqlState: "40001" or "40P01" or "23505" } => true,
            // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CONSTRAINT
            Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 5 or 6 or 19 } => true,
            { InnerException: { } inner } when exception is SagaException or MassTransitException => IsConflict(inner),
            _ => false,
        };
}
