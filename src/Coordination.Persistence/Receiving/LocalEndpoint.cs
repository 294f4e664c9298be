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
    private readonly IUnitOfWorkFactory units;
    private readonly ReceiveEndpointContext context;
    private readonly IReceivePipeDispatcher pipe;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly Queue<Delivery> waiting = new();
    private readonly ConcurrentDictionary<BaseReceiveContext, byte> active = new();
    private int started;
    private bool pumping;

    public LocalEndpoint(
        string name,
        int concurrency,
        int prefetch,
        ReceiveEndpointContext context,
        IUnitOfWorkFactory units,
        ILogger<LocalEndpoint> logger
    )
    {
        Name = name;
        Concurrency = concurrency;
        Prefetch = Math.Max(prefetch, concurrency);
        this.context = context;
        this.units = units;
        this.logger = logger;
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
        }

        // Not on the caller's thread: it may bring more in the meantime.
        ThreadPool.UnsafeQueueUserWorkItem(endpoint => endpoint.Pump(), this, preferLocal: false);
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
        while (Take() is { Count: > 0 } taken)
        {
            units.Together(taken, delivery => _ = HandleAsync(delivery));
        }
    }

    private List<Delivery> Take()
    {
        lock (gate)
        {
            var taken = new List<Delivery>(Math.Min(waiting.Count, Concurrency));
            while (started < Concurrency && waiting.TryDequeue(out var delivery))
            {
                started++;
                taken.Add(delivery);
            }

            pumping = taken.Count > 0;
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
            LogReturned(Name, error.GetType().Name, error.Message);
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
        }

        ThreadPool.UnsafeQueueUserWorkItem(endpoint => endpoint.Pump(), this, preferLocal: false);
    }

    [LoggerMessage(3201, LogLevel.Warning, "A message at {Endpoint} could not be handled now and comes again ({Error}: {Message})")]
    private partial void LogReturned(string endpoint, string error, string message);
}
