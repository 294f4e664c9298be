using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Coordination.Persistence;

/// <summary>
/// Receives for one endpoint on one connection: declares its queue, consumes, and begins again when its channel or its queue is lost. An endpoint whose queue
/// cannot be declared or was deleted tries on by itself; the others of the process go on.
/// </summary>
/// <param name="endpoint">Takes what arrives.</param>
/// <param name="declares">Declare the queue first.</param>
/// <param name="tried">Called when declaring was tried, with success or without.</param>
/// <param name="clock">Measures the pauses.</param>
/// <param name="logger">Told what is lost.</param>
internal sealed partial class EndpointReceiving(LocalEndpoint endpoint, bool declares, Action tried, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private volatile RabbitIntake? intake;
    private volatile bool wasTried;

    public string Name => endpoint.Name;

    /// <summary>Declaring was tried on some connection: the queue is there, or the log says why not.</summary>
    public bool WasTried => wasTried;

    /// <summary>Why nothing is received; null when nothing is known to be wrong.</summary>
    public string? Failure { get; private set; }

    /// <summary>Messages are being taken from the queue.</summary>
    public bool IsConsuming => intake is { IsOpen: true, IsCancelled: false };

    /// <summary>Deliveries that still have to be settled with the broker.</summary>
    public bool IsUnsettled => intake is { IsOpen: true, Unsettled: > 0 };

    /// <summary>Consumes until it is stopped or the connection is lost.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="drained">Completes when what was here has ended: what is done is then acknowledged, and the channel closed.</param>
    /// <param name="stopping">No further message is taken, what is here goes on.</param>
    /// <param name="lost">The connection is lost.</param>
    public async Task RunAsync(IConnection connection, Task drained, CancellationToken stopping, CancellationToken lost)
    {
        var pause = TimeSpan.Zero;
        while (!stopping.IsCancellationRequested)
        {
            var since = clock.GetTimestamp();
            try
            {
                await ConsumeAsync(connection, drained, stopping, lost).ConfigureAwait(false);
                return;
            }
            catch (Exception error) when (error is not OutOfMemoryException && connection.IsOpen && !lost.IsCancellationRequested)
            {
                if (clock.GetElapsedTime(since) > LongestPause)
                {
                    pause = TimeSpan.Zero;
                }

                if (!string.Equals(error.Message, Failure, StringComparison.Ordinal))
                {
                    LogLost(endpoint.Name, error.Message);
                }

                Failure = error.Message;
                Tried();
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(lost, stopping);
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), clock, either.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lost.ThrowIfCancellationRequested();
            pause =
                pause == TimeSpan.Zero ? TimeSpan.FromMilliseconds(100)
                : pause * 2 < LongestPause ? pause * 2
                : LongestPause;
        }
    }

    private async Task ConsumeAsync(IConnection connection, Task drained, CancellationToken stopping, CancellationToken lost)
    {
        if (declares)
        {
            await QueueDeclaration.DeclareAsync(connection, (RabbitMqReceiveEndpointContext)endpoint.Context, lost).ConfigureAwait(false);
        }

        Tried();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: lost).ConfigureAwait(false);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(lost);
        var taking = await RabbitIntake.StartAsync(channel, endpoint, lost).ConfigureAwait(false);
        try
        {
            intake = taking;
            Failure = null;
            var acknowledging = taking.AcknowledgeAsync(over.Token);
            if (!await WatchAsync(taking, acknowledging, stopping, lost).ConfigureAwait(false))
            {
                throw new InvalidOperationException("The queue or its channel is gone.");
            }

            await taking.StopAsync(lost).ConfigureAwait(false);
            await drained.WaitAsync(lost).ConfigureAwait(false);
            // What is done is not acknowledged yet: the last acknowledgements are written before the channel closes.
            taking.Close();
            await acknowledging.WaitAsync(lost).ConfigureAwait(false);
            await channel.CloseAsync(cancellationToken: lost).ConfigureAwait(false);
        }
        finally
        {
            taking.Close();
            await over.CancelAsync().ConfigureAwait(false);
        }
    }

    private void Tried()
    {
        wasTried = true;
        tried();
    }

    /// <summary>True when it is time to stop, false when the channel or the queue is gone.</summary>
    private async Task<bool> WatchAsync(RabbitIntake taking, Task acknowledging, CancellationToken stopping, CancellationToken lost)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lost, stopping);
        while (!stopping.IsCancellationRequested)
        {
            lost.ThrowIfCancellationRequested();
            if (acknowledging.IsCompleted)
            {
                await acknowledging.ConfigureAwait(false);
            }

            if (taking.IsCancelled || !taking.IsOpen)
            {
                return false;
            }

            await Task.Delay(Look, clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return true;
    }

    [LoggerMessage(3304, LogLevel.Warning, "Endpoint {Endpoint} receives nothing from the broker; trying again: {Reason}")]
    private partial void LogLost(string endpoint, string reason);
}
