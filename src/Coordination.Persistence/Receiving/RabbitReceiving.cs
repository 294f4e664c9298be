using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Coordination.Persistence;

/// <summary>
/// Receives for all endpoints of this process:
/// 1. the endpoints are built at the start, so that a mistake ends it;
/// 2. connect; declare each endpoint's queue, exchange and bindings; consume, a channel per endpoint;
/// 3. when the connection, a channel or a queue is lost, begin again with 2;
/// 4. at the end stop consuming, let what is being handled end, acknowledge it, and close.
/// On a transport other than RabbitMQ only 1: messages are handed over inside the process.
/// </summary>
internal sealed partial class RabbitReceiving(
    IServiceProvider services,
    LocalEndpoints endpoints,
    TimeProvider clock,
    ILogger<RabbitReceiving> logger
) : IHostedService, IDisposable
{
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(20);
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource ended = new();
    private Task running = Task.CompletedTask;
    private volatile bool consuming;
    private long stopAsked;

    /// <summary>Every endpoint consumes. True where there is nothing to consume from.</summary>
    public bool IsReady => consuming;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        endpoints.Build();
        if (endpoints.All.Count == 0 || Settings() is not { } settings)
        {
            endpoints.AreDeclared = true;
            consuming = true;
            return Task.CompletedTask;
        }

        var link = new RabbitLink(settings, "consuming", clock, logger);
        running = Task.Run(() => link.RunAsync(ConsumeAsync, stopping.Token, ended.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        endpoints.Close();
        stopAsked = clock.GetTimestamp();
        await stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            await running.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            LogCutShort();
        }

        await ended.CancelAsync().ConfigureAwait(false);
        await IdleAsync(() => false, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        stopping.Dispose();
        ended.Dispose();
    }

    private RabbitMqHostSettings? Settings() =>
        (services.GetRequiredService<IBusInstance>().HostConfiguration as IRabbitMqHostConfiguration)?.Settings;

    private bool Declares => services.GetService<RabbitMqOptions>()?.DeclareTopology ?? true;

    private async Task ConsumeAsync(IConnection connection, CancellationToken lost)
    {
        if (stopping.IsCancellationRequested)
        {
            await ended.CancelAsync().ConfigureAwait(false);
            return;
        }

        if (Declares)
        {
            foreach (var endpoint in endpoints.All)
            {
                await QueueDeclaration
                    .DeclareAsync(connection, (RabbitMqReceiveEndpointContext)endpoint.Context, lost)
                    .ConfigureAwait(false);
            }
        }

        endpoints.AreDeclared = true;
        var intakes = new List<RabbitIntake>();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(lost);
        List<Task> acknowledging = [];
        try
        {
            foreach (var endpoint in endpoints.All)
            {
                var channel = await connection.CreateChannelAsync(cancellationToken: lost).ConfigureAwait(false);
                var intake = await RabbitIntake.StartAsync(channel, endpoint, lost).ConfigureAwait(false);
                intakes.Add(intake);
                acknowledging.Add(intake.AcknowledgeAsync(over.Token));
            }

            consuming = true;
            await WatchAsync(intakes, acknowledging, lost).ConfigureAwait(false);
            await DrainAsync(intakes, acknowledging, lost).ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            consuming = false;
            intakes.ForEach(intake => intake.Close());
            await over.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Returns when the process ends; throws when something is lost.</summary>
    private async Task WatchAsync(List<RabbitIntake> intakes, List<Task> acknowledging, CancellationToken lost)
    {
        while (!stopping.IsCancellationRequested)
        {
            lost.ThrowIfCancellationRequested();
            foreach (var task in acknowledging.Where(task => task.IsCompleted))
            {
                await task.ConfigureAwait(false);
            }

            if (intakes.Find(intake => intake.IsCancelled || !intake.IsOpen) is not null)
            {
                throw new InvalidOperationException("A queue or its channel is gone.");
            }

            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(lost, stopping.Token);
                await Task.Delay(TimeSpan.FromMilliseconds(200), clock, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested && !lost.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task DrainAsync(List<RabbitIntake> intakes, List<Task> acknowledging, CancellationToken lost)
    {
        foreach (var intake in intakes)
        {
            await intake.StopAsync(lost).ConfigureAwait(false);
        }

        if (!await IdleAsync(() => intakes.Any(intake => intake is { IsOpen: true, Unsettled: > 0 }), lost).ConfigureAwait(false))
        {
            return;
        }

        // What is done is not acknowledged yet: the last acknowledgements are written before the channels close.
        intakes.ForEach(intake => intake.Close());
        await Task.WhenAll(acknowledging).WaitAsync(lost).ConfigureAwait(false);
        foreach (var intake in intakes)
        {
            await intake.Channel.CloseAsync(cancellationToken: lost).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// What waits for its turn goes back; what is being handled ends, or is told to when it takes long. False when some of it has not ended in the end.
    /// </summary>
    private async Task<bool> IdleAsync(Func<bool> isBusy, CancellationToken cancellationToken)
    {
        var cancelled = false;
        foreach (var endpoint in endpoints.All)
        {
            endpoint.GiveBack();
        }

        while (endpoints.All.Any(endpoint => endpoint.Active > 0) || isBusy())
        {
            var waited = clock.GetElapsedTime(stopAsked);
            if (waited > LongestDrain + TimeSpan.FromSeconds(5) || cancellationToken.IsCancellationRequested)
            {
                return false;
            }

            if (!cancelled && waited > LongestDrain)
            {
                cancelled = true;
                foreach (var endpoint in endpoints.All)
                {
                    endpoint.Cancel();
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), clock, CancellationToken.None).ConfigureAwait(false);
        }

        return true;
    }

    [LoggerMessage(3303, LogLevel.Warning, "Stopped before every message was handled to its end; the broker delivers those again")]
    private partial void LogCutShort();
}
