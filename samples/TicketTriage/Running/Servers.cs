using System.Diagnostics;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace TicketTriage.Running;

/// <summary>A server answers, and does not let us in: waiting will not help.</summary>
public sealed class ServerRefusedException(string message, Exception cause) : Exception(message, cause);

/// <summary>Waits for broker and database at start, saying what it waits for.</summary>
public static class Servers
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(10);

    /// <exception cref="ServerRefusedException">Wrong credentials, or no such database or virtual host.</exception>
    public static async Task WaitAsync(SampleOptions options, CancellationToken cancellationToken)
    {
        if (options is { Broker: { } broker, Database: { } database })
        {
            await WaitAsync(
                "the database",
                stop => LookAtDatabaseAsync(PostgresAddress.ToConnectionString(database), stop),
                cancellationToken
            );
            await WaitAsync("the broker", stop => LookAtBrokerAsync(new Uri(broker), stop), cancellationToken);
        }
    }

    /// <summary>Tries until the look at the server succeeds; after two seconds it says what is missing.</summary>
    public static async Task WaitAsync(string server, Func<CancellationToken, Task> look, CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();
        long? said = null;
        while (true)
        {
            try
            {
                await look(cancellationToken);
                return;
            }
            catch (Exception away) when (away is not (ServerRefusedException or OperationCanceledException))
            {
                if (said is { } last ? Stopwatch.GetElapsedTime(last) > Reminder : Stopwatch.GetElapsedTime(begin) > Grace)
                {
                    said = Stopwatch.GetTimestamp();
                    Console.WriteLine(
                        $"Waiting for {server}: {away.GetBaseException().Message.ReplaceLineEndings(" ")} (Ctrl+C ends this)"
                    );
                }
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static async Task LookAtDatabaseAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellationToken);
        }
        // Class 28 is authorization; 3D000 is a database that does not exist.
        catch (PostgresException refused) when (refused.SqlState.StartsWith("28", StringComparison.Ordinal) || refused.SqlState == "3D000")
        {
            throw new ServerRefusedException($"PostgreSQL refuses: {refused.MessageText.TrimEnd('.')}. Check --database.", refused);
        }
    }

    private static async Task LookAtBrokerAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await new ConnectionFactory { Uri = address }.CreateConnectionAsync(cancellationToken);
        }
        catch (Exception fault) when (RefusalIn(fault) is { } refused)
        {
            throw new ServerRefusedException($"RabbitMQ refuses: {refused.Message.TrimEnd('.')}. Check --broker.", fault);
        }
    }

    // 530: the virtual host does not exist, or this user may not use it.
    private static Exception? RefusalIn(Exception? fault) =>
        fault switch
        {
            null => null,
            // A broker that goes down in the handshake only looks like a possible one: that is waited for.
            AuthenticationFailureException => fault,
            OperationInterruptedException { ShutdownReason.ReplyCode: 530 or 403 } => fault,
            _ => RefusalIn(fault.InnerException),
        };
}
