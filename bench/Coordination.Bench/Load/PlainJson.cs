using Coordination.Bench.Raw;
using RabbitMQ.Client;

namespace Coordination.Bench.Load;

/// <summary>Message id as AMQP property, a flat JSON object as body.</summary>
internal sealed class PlainJson(Workload workload) : IWireFormat
{
    public string Queue => workload == Workload.Effect ? Queues.Effect : Queues.Saga;

    public Task DeclareAsync(IChannel channel, CancellationToken ct) => Queues.DeclareAsync(channel, Queues.Done, ct);

    public (BasicProperties Properties, byte[] Body) Write(Guid key)
    {
        var properties = new BasicProperties { Persistent = true, MessageId = Guid.CreateVersion7().ToString() };
        return (properties, Outgoing.Write(key, step: 0, Payload.Text));
    }

    public Guid ReadKey(ReadOnlySpan<byte> body) => Payload.FindKey(body);
}
