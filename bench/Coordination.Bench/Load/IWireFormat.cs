using RabbitMQ.Client;

namespace Coordination.Bench.Load;

/// <summary>How a contender's messages look on the wire.</summary>
internal interface IWireFormat
{
    /// <summary>The queue the first message of a workload goes to.</summary>
    string Queue { get; }

    /// <summary>Makes the queue of the follow-ups and what the contender needs to reach it.</summary>
    Task DeclareAsync(IChannel channel, CancellationToken ct);

    (BasicProperties Properties, byte[] Body) Write(Guid key);

    /// <summary>The key of the message a follow-up belongs to.</summary>
    Guid ReadKey(ReadOnlySpan<byte> body);
}
