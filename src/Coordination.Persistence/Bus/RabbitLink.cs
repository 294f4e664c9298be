using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Coordination.Persistence;

/// <summary>
/// A connection to the broker that is made anew whenever it is lost. Consuming and publishing each have one: a broker that blocks publishers (an alarm) must
/// not stop acknowledgements.
/// </summary>
internal sealed partial class RabbitLink(RabbitMqHostSettings settings, string purpose, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>The user the broker knows this process as.</summary>
    public string? User => settings.Username;

    /// <summary>
    /// Connects, calls <paramref name="use"/> with the connection and a token that ends with it, and does so again until it is stopped.
    /// <paramref name="use"/> may throw: the connection is then closed and made anew after a pause.
    /// </summary>
    /// <param name="use">Works on a connection.</param>
    /// <param name="stopping">No further connection is made.</param>
    /// <param name="ended">The one in use ends, too; if not given, with <paramref name="stopping"/>.</param>
    public async Task RunAsync(Func<IConnection, CancellationToken, Task> use, CancellationToken stopping, CancellationToken? ended = null)
    {
        var pause = TimeSpan.Zero;
        string? failure = null;
        while (!stopping.IsCancellationRequested)
        {
            long? since = null;
            try
            {
                await using var connection = await ConnectAsync(stopping).ConfigureAwait(false);
                using var lost = CancellationTokenSource.CreateLinkedTokenSource(ended ?? stopping);
                connection.ConnectionShutdownAsync += (_, _) => lost.CancelAsync();
                if (failure is not null)
                {
                    LogBack(purpose);
                }

                since = clock.GetTimestamp();
                var cut = new Action(() => _ = connection.AbortAsync());
                Failpoint.OnCut(FailpointCut.Broker, cut);
                await use(connection, lost.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                if (since is { } connected && clock.GetElapsedTime(connected) > LongestPause)
                {
                    // It held. One that is lost as soon as it is used (a queue that cannot be declared) is no success.
                    (failure, pause) = (null, TimeSpan.Zero);
                }

                var reason = Reason(error);
                if (!string.Equals(reason, failure, StringComparison.Ordinal) && !stopping.IsCancellationRequested)
                {
                    LogLost(purpose, $"{settings.Host}:{settings.Port}", reason);
                }

                failure = reason;
            }

            try
            {
                // At once the first time, then slower and slower, and not all processes in the same instant.
                await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), clock, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause =
                pause == TimeSpan.Zero ? TimeSpan.FromMilliseconds(100)
                : pause * 2 < LongestPause ? pause * 2
                : LongestPause;
        }
    }

    private async Task<IConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var factory = settings.GetConnectionFactory();
        await settings.Refresh(factory).ConfigureAwait(false);
        var name = $"{settings.ClientProvidedName ?? "coordination"} ({purpose})";
        return settings.EndpointResolver is { } nodes
            ? await factory.CreateConnectionAsync(nodes, name, cancellationToken).ConfigureAwait(false)
            : await factory.CreateConnectionAsync([settings.Host], name, cancellationToken).ConfigureAwait(false);
    }

    private static string Reason(Exception error) =>
        error is BrokerUnreachableException { InnerException: { } inner }
            ? inner.GetBaseException().Message
            : $"{error.GetType().Name}: {error.GetBaseException().Message}";

    [LoggerMessage(3301, LogLevel.Warning, "The broker connection for {Purpose} to {Place} is lost; trying again ({Error})")]
    private partial void LogLost(string purpose, string place, string error);

    [LoggerMessage(3302, LogLevel.Information, "The broker connection for {Purpose} is back")]
    private partial void LogBack(string purpose);
}
