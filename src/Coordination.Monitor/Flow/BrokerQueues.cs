using Coordination.Persistence;
using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.Transports;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Coordination.Monitor;

/// <summary>
/// What waits in the broker's queues, asked by one process-wide loop while somebody looks: a passive declaration of each queue, every five seconds, on a connection of
/// its own, so that nothing it runs into touches those that work. Nobody waits for the broker: what is known is shown, or that it does not answer.
/// </summary>
internal sealed partial class BrokerQueues(Reads reads, IServiceProvider services, TimeProvider time, ILogger<BrokerQueues> log)
    : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(600);
    private const int MostQueues = 200;
    private static readonly State Unasked = new(null, "The broker has not answered yet.");

    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;
    private TaskCompletionSource asked = New();
    private long lookedAt;
    private volatile State state = Unasked;

    /// <summary>What was last heard of the queues; empty when nothing is known, or nobody looks.</summary>
    public IReadOnlyList<QueueFlow> Known => state.Queues ?? [];

    /// <summary>The queues, or why there are none; waits a moment at the first look only.</summary>
    public async Task<(IReadOnlyList<QueueFlow>? Queues, string? Note)> LookAsync(CancellationToken cancellationToken)
    {
        if (Settings() is not { } settings)
            return (null, "There is no broker: messages stay in this process, or it does not say where its broker is.");
        await Task.WhenAny(Watched(settings), Task.Delay(FirstLook, time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        return (state.Queues, state.Note);
    }

    /// <summary>Somebody looks; waits for nothing.</summary>
    public void Watch()
    {
        if (Settings() is { } settings)
            _ = Watched(settings);
    }

    private Task Watched(RabbitMqHostSettings settings)
    {
        lock (gate)
        {
            lookedAt = time.GetTimestamp();
            if (loop.IsCompleted && !stopping.IsCancellationRequested)
            {
                asked = New();
                loop = Task.Run(() => WatchAsync(settings, stopping.Token), CancellationToken.None);
            }
            return asked.Task;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RabbitMqHostSettings? Settings() =>
        reads.Dialect.IsEmbedded ? null : (services.GetService<IBusInstance>()?.HostConfiguration as IRabbitMqHostConfiguration)?.Settings;

    private async Task WatchAsync(RabbitMqHostSettings settings, CancellationToken stop)
    {
        IConnection? connection = null;
        try
        {
            while (!stop.IsCancellationRequested && time.GetElapsedTime(Volatile.Read(ref lookedAt)) < Unwatched)
            {
                try
                {
                    using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
                    patience.CancelAfter(Patience);
                    if (connection is not { IsOpen: true })
                    {
                        await CloseAsync(connection);
                        connection = await ConnectAsync(settings, patience.Token);
                    }
                    state = new(await AskAsync(connection, await NamesAsync(patience.Token), patience.Token), null);
                }
                catch (Exception error) when (error is not OutOfMemoryException)
                {
                    await CloseAsync(connection);
                    connection = null;
                    if (state.Queues is not null || !asked.Task.IsCompleted)
                        Unanswered(log, error);
                    state = new(null, "The broker does not answer; the rest is as it is.");
                }
                asked.TrySetResult();
                await Task.Delay(Pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            await CloseAsync(connection);
            state = Unasked;
            asked.TrySetResult();
        }
    }

    private static async Task<IConnection> ConnectAsync(RabbitMqHostSettings settings, CancellationToken cancellationToken)
    {
        var factory = settings.GetConnectionFactory();
        await settings.Refresh(factory);
        // A connection that is made again by itself would hold this process up while the broker is away.
        factory.AutomaticRecoveryEnabled = false;
        factory.RequestedConnectionTimeout = Patience;
        factory.ContinuationTimeout = Patience;
        const string Name = "coordination-monitor (queues)";
        return settings.EndpointResolver is { } nodes
            ? await factory.CreateConnectionAsync(nodes, Name, cancellationToken)
            : await factory.CreateConnectionAsync([settings.Host], Name, cancellationToken);
    }

    private static async Task<IReadOnlyList<QueueFlow>> AskAsync(
        IConnection connection,
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        var queues = new List<QueueFlow>();
        IChannel? channel = null;
        try
        {
            foreach (var name in names)
            {
                channel = channel is { IsOpen: true } ? channel : await connection.CreateChannelAsync(cancellationToken: cancellationToken);
                try
                {
                    var answer = await channel.QueueDeclarePassiveAsync(name, cancellationToken);
                    queues.Add(new QueueFlow(name, (int)Math.Min(answer.MessageCount, int.MaxValue), (int)answer.ConsumerCount));
                }
                catch (OperationInterruptedException)
                {
                    // There is no such queue, or this user may not see it: the broker closes the channel for it.
                    await channel.DisposeAsync();
                    channel = null;
                }
            }
        }
        finally
        {
            if (channel is not null)
                await channel.DisposeAsync();
        }
        return queues;
    }

    /// <summary>Queues of the backbone and of every agent type that was heard of, or that messages wait for.</summary>
    private async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken)
    {
        var sql = reads.Dialect;
        var agents = await reads.QueryAsync(
            new Statement($"SELECT DISTINCT agent_type FROM {sql.Table("coord_v1_agents")} ORDER BY agent_type LIMIT {MostQueues}"),
            row => Wire.AgentEndpoint(row.GetString(0)),
            cancellationToken
        );
        return [Wire.RunsEndpoint, Wire.BallotsEndpoint, Wire.RegistryEndpoint, .. agents];
    }

    private static async Task CloseAsync(IConnection? connection)
    {
        if (connection is null)
            return;
        try
        {
            await connection.AbortAsync();
            await connection.DisposeAsync();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // It was lost; there is nothing left to close.
        }
    }

    [LoggerMessage(7110, LogLevel.Warning, "The broker does not say what waits in its queues; the monitor shows the rest")]
    private static partial void Unanswered(ILogger logger, Exception exception);

    private sealed record State(IReadOnlyList<QueueFlow>? Queues, string? Note);
}
