using MassTransit;
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
/// 2. connect; each endpoint declares its queue, exchange and bindings, and consumes on a channel of its own (<see cref="EndpointReceiving"/>);
/// 3. when the connection is lost, begin again with 2;
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
    private IReadOnlyList<EndpointReceiving> receiving = [];
    private long stopAsked;

    /// <summary>Endpoints that receive nothing from the broker, with the reason where one is known. Empty where there is nothing to consume from.</summary>
    public IReadOnlyDictionary<string, string> Deaf =>
        receiving
            .Where(one => !one.IsConsuming)
            .ToDictionary(one => one.Name, one => one.Failure ?? "The broker cannot be reached.", StringComparer.Ordinal);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        endpoints.Build();
        if (endpoints.All.Count == 0 || Settings() is not { } settings)
        {
            endpoints.AreDeclared = true;
            return Task.CompletedTask;
        }

        receiving = [.. endpoints.All.Select(endpoint => new EndpointReceiving(endpoint, Declares, Tried, clock, logger))];
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

    // A queue that cannot be declared must not hold up what goes elsewhere.
    private void Tried()
    {
        if (receiving.All(one => one.WasTried))
        {
            endpoints.AreDeclared = true;
        }
    }

    private bool Declares => services.GetService<RabbitMqOptions>()?.DeclareTopology ?? true;

    private async Task ConsumeAsync(IConnection connection, CancellationToken lost)
    {
        if (stopping.IsCancellationRequested)
        {
            await ended.CancelAsync().ConfigureAwait(false);
            return;
        }

        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Task.WhenAll(receiving.Select(one => one.RunAsync(connection, drained.Task, stopping.Token, lost)));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lost, stopping.Token);
        await all.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stopping.IsCancellationRequested)
        {
            await IdleAsync(() => receiving.Any(one => one.IsUnsettled), lost).ConfigureAwait(false);
        }

        drained.TrySetResult();
        await all.ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// What waits for its turn goes back; what is being handled ends, or is told to when it takes long. False when some of it has not ended in the end.
    /// </summary>
    private async Task<bool> IdleAsync(Func<bool> isBusy, CancellationToken cancellationToken)
    {
        var cancelled = false;
        GiveBackAll();
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
            // Until the broker has ended the subscriptions, more arrives.
            GiveBackAll();
        }

        return true;
    }

    private void GiveBackAll()
    {
        foreach (var endpoint in endpoints.All)
        {
            endpoint.GiveBack();
        }
    }

    [LoggerMessage(3303, LogLevel.Warning, "Stopped before every message was handled to its end; the broker delivers those again")]
    private partial void LogCutShort();
}
