using System.Collections.Concurrent;
using System.Diagnostics;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Coordination.Bench.Load;

/// <summary>
/// Keeps a fixed number of messages (or sagas) in flight: each follow-up that arrives lets the next message go. It runs in the
/// measuring process, not in the contender's, so its work is in no contender's processor time.
/// </summary>
internal sealed class ClosedLoop : IAsyncDisposable
{
    private const int Prefetch = 2_000;
    private readonly IConnection connection;
    private readonly IChannel sending;
    private readonly IChannel receiving;
    private readonly IWireFormat format;
    private readonly SemaphoreSlim oneSender = new(1);
    private readonly ConcurrentDictionary<Guid, long> started = new();
    private readonly Lock gate = new();
    private List<long> latencies = [];
    private volatile bool feeding;

    private ClosedLoop(IConnection connection, IChannel sending, IChannel receiving, IWireFormat format)
    {
        this.connection = connection;
        this.sending = sending;
        this.receiving = receiving;
        this.format = format;
    }

    /// <summary>Messages sent so far.</summary>
    public int Sent { get; private set; }

    /// <summary>Messages whose follow-up has arrived.</summary>
    public int Completed { get; private set; }

    /// <summary>Follow-ups nobody waited for: a message had a second one.</summary>
    public int Surplus { get; private set; }

    public int InFlight => started.Count;

    public static async Task<ClosedLoop> OpenAsync(Uri broker, IWireFormat format, CancellationToken ct)
    {
        var opened = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(ct);
        var incoming = await opened.CreateChannelAsync(cancellationToken: ct);
        var loop = new ClosedLoop(opened, await opened.CreateChannelAsync(cancellationToken: ct), incoming, format);
        await format.DeclareAsync(incoming, ct);
        await incoming.BasicQosAsync(0, Prefetch, global: false, ct);
        var consumer = new AsyncEventingBasicConsumer(incoming);
        consumer.ReceivedAsync += loop.ReceiveAsync;
        await incoming.BasicConsumeAsync(Queues.Done, autoAck: true, consumer, ct);
        return loop;
    }

    /// <summary>From now on this many are in flight.</summary>
    public async Task FeedAsync(int inFlight)
    {
        feeding = true;
        for (var i = 0; i < inFlight; i++)
            await SendAsync();
    }

    /// <summary>Lets what is in flight end. Returns false when something was still missing at the deadline.</summary>
    public async Task<bool> DrainAsync(TimeSpan deadline, CancellationToken ct)
    {
        feeding = false;
        for (var clock = Stopwatch.StartNew(); !started.IsEmpty; await Task.Delay(20, ct))
        {
            if (clock.Elapsed > deadline)
                return false;
        }
        return true;
    }

    /// <summary>The latencies, in ticks of the stopwatch, of what was completed since the last call.</summary>
    public List<long> TakeLatencies()
    {
        lock (gate)
        {
            var taken = latencies;
            latencies = new List<long>(taken.Count + 1_000);
            return taken;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await sending.DisposeAsync();
        await receiving.DisposeAsync();
        await connection.DisposeAsync();
        oneSender.Dispose();
    }

    private async Task SendAsync()
    {
        var key = Guid.CreateVersion7();
        var message = format.Write(key);
        await oneSender.WaitAsync();
        try
        {
            Sent++;
            started[key] = Stopwatch.GetTimestamp();
            await sending.BasicPublishAsync(exchange: "", format.Queue, mandatory: true, message.Properties, message.Body);
        }
        finally
        {
            oneSender.Release();
        }
    }

    private async Task ReceiveAsync(object sender, BasicDeliverEventArgs delivery)
    {
        var now = Stopwatch.GetTimestamp();
        if (!started.TryRemove(format.ReadKey(delivery.Body.Span), out var begun))
        {
            Surplus++;
            return;
        }
        lock (gate)
        {
            latencies.Add(now - begun);
            Completed++;
        }
        if (feeding)
            await SendAsync();
    }
}
