using System.Collections.Concurrent;
using MassTransit.Transports;
using Microsoft.Extensions.Logging;

namespace Coordination.Persistence;

/// <summary>
/// An endpoint of this process: the messages that have arrived for it, from the broker or from inside the process, are started together, at most a number of
/// them at a time, and go through MassTransit's receive pipe.
/// </summary>
internal sealed partial class LocalEndpoint
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);
    private readonly IUnitOfWorkFactory units;
    private readonly ReceiveEndpointContext context;
    private readonly IReceivePipeDispatcher pipe;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly Queue<Delivery> waiting = new();
    private readonly ConcurrentDictionary<BaseReceiveContext, byte> active = new();
    private readonly TimeProvider clock;
    private readonly ITimer watch;
    private int started;
    private bool pumping;

    /// <summary>Which pump is the one; one whose thread a handler blocks is replaced.</summary>
    private int pump;

    private long lastStart;
    private bool watching;

    public LocalEndpoint(
        string name,
        int concurrency,
        int prefetch,
        ReceiveEndpointContext context,
        IUnitOfWorkFactory units,
        TimeProvider clock,
        ILogger<LocalEndpoint> logger
    )
    {
        Name = name;
        Concurrency = concurrency;
        Prefetch = Math.Max(prefetch, concurrency);
        this.context = context;
        this.units = units;
        this.clock = clock;
        this.logger = logger;
        watch = clock.CreateTimer(_ => LookAfter(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        pipe = context.CreateReceivePipeDispatcher();
    }

    public string Name { get; }

    /// <summary>Messages handled at the same time.</summary>
    public int Concurrency { get; }

    /// <summary>Messages that may be here, handled or waiting, from one source.</summary>
    public int Prefetch { get; }

    public ReceiveEndpointContext Context => context;

    /// <summary>Messages that wait for their turn.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    /// <summary>Messages being handled.</summary>
    public int Active => Volatile.Read(ref started);

    /// <summary>Takes a message; never blocks.</summary>
    public void Arrive(Delivery delivery)
    {
        lock (gate)
        {
            waiting.Enqueue(delivery);
            if (pumping || started >= Concurrency)
            {
                return;
            }

            pumping = true;
            Volatile.Write(ref lastStart, clock.GetTimestamp());
        }

        // Not on the caller's thread: it may bring more in the meantime.
        ThreadPool.UnsafeQueueUserWorkItem(endpoint => endpoint.Pump(), this, preferLocal: false);
    }

    /// <summary>The process ends: what waits for its turn goes back to whoever brought it.</summary>
    public void GiveBack()
    {
        List<Delivery> all;
        lock (gate)
        {
            all = [.. waiting];
            waiting.Clear();
        }

        all.ForEach(delivery => _ = delivery.Faulted(new OperationCanceledException()));
    }

    /// <summary>Tells handlers that the process ends.</summary>
    public void Cancel()
    {
        foreach (var receiving in active.Keys)
        {
            receiving.Cancel();
        }
    }

    private void Pump()
    {
        var mine = Volatile.Read(ref pump);
        while (Take(mine) is { Count: > 0 } taken)
        {
            units.Together(taken, Start);
        }
    }

    private void Start(Delivery delivery)
    {
        Volatile.Write(ref lastStart, clock.GetTimestamp());
        _ = HandleAsync(delivery);
    }

    /// <summary>A handler that blocks its thread blocks the pump, too: another one goes on with what has arrived since.</summary>
    private void LookAfter()
    {
        lock (gate)
        {
            if (!pumping)
            {
                watching = false;
                watch.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                return;
            }

            if (waiting.Count == 0 || started >= Concurrency || clock.GetElapsedTime(Volatile.Read(ref lastStart)) < Patience)
            {
                return;
            }

            pump++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(endpoint => endpoint.Pump(), this, preferLocal: false);
    }

    private List<Delivery> Take(int mine)
    {
        lock (gate)
        {
            if (mine != pump)
            {
                return [];
            }

            var taken = new List<Delivery>(Math.Min(waiting.Count, Concurrency));
            while (started < Concurrency && waiting.TryDequeue(out var delivery))
            {
                started++;
                taken.Add(delivery);
            }

            pumping = taken.Count > 0;
            Volatile.Write(ref lastStart, clock.GetTimestamp());
            if (pumping && !watching)
            {
                watching = true;
                watch.Change(Patience, Patience);
            }

            return taken;
        }
    }

    private async Task HandleAsync(Delivery delivery)
    {
        BaseReceiveContext? receiving = null;
        try
        {
            if (delivery.IsCurrent)
            {
                receiving = delivery.Receive(context);
                active.TryAdd(receiving, 0);
                await pipe.Dispatch(receiving, delivery).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Whoever brought it has been told and brings it again.
            if (receiving is null)
            {
                await delivery.Faulted(error).ConfigureAwait(false);
            }

            LogReturned(Name, error.GetType().Name, error.Message);
            if (Concurrency == 1)
            {
                // One at a time means in order: what is here behind it comes again behind it.
                GiveBack();
            }
        }
        finally
        {
            if (receiving is not null)
            {
                active.TryRemove(receiving, out _);
                receiving.Dispose();
            }

            Ended();
        }
    }

    private void Ended()
    {
        lock (gate)
        {
            started--;
            if (pumping || waiting.Count == 0)
            {
                return;
            }

            pumping = true;
            Volatile.Write(ref lastStart, clock.GetTimestamp());
        }

        ThreadPool.UnsafeQueueUserWorkItem(endpoint => endpoint.Pump(), this, preferLocal: false);
    }

    [LoggerMessage(3201, LogLevel.Warning, "A message at {Endpoint} could not be handled now and comes again ({Error}: {Message})")]
    private partial void LogReturned(string endpoint, string error, string message);
}
