namespace Coordination.Persistence;

/// <summary>How messages travel.</summary>
internal abstract record Transport
{
    /// <summary>Inside the process; what a crash leaves is sent again from the outbox.</summary>
    internal sealed record InMemory : Transport;

    /// <summary>A RabbitMQ broker or cluster.</summary>
    internal sealed record RabbitMq(RabbitMqOptions Options) : Transport;
}

/// <summary>Where the broker is and how this process speaks to it.</summary>
public sealed class RabbitMqOptions
{
    /// <summary><c>amqp://user:password@host:5672/vhost</c>; several comma-separated hosts name a cluster.</summary>
    public string? Uri { get; set; }

    /// <summary>A dead connection is noticed after about twice this time. 1 to 60 seconds.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Replicas of each quorum queue; null: the broker decides.</summary>
    public int? QueueReplicas { get; set; }

    /// <summary>Messages a queue holds before the broker refuses more (the outbox keeps them).</summary>
    public int QueueBound { get; set; } = DefaultQueueBound;

    internal const int DefaultQueueBound = 1_000_000;

    /// <summary>
    /// Whether this process declares its queues. Switch it off where a deployment step declares them and the process' broker user has no right to.
    /// </summary>
    public bool DeclareTopology { get; set; } = true;
}
