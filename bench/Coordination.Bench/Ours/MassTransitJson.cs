using System.Text;
using Coordination.Bench.Load;
using RabbitMQ.Client;

namespace Coordination.Bench.Ours;

/// <summary>MassTransit's own envelope, as any MassTransit program would send it.</summary>
internal sealed class MassTransitJson(Workload workload) : IWireFormat
{
    private readonly string type =
        $"urn:message:Coordination.Bench.Ours:{(workload == Workload.Effect ? nameof(DoEffect) : nameof(StartSaga))}";

    public string Queue => workload == Workload.Effect ? Queues.Effect : Queues.Saga;

    public async Task DeclareAsync(IChannel channel, CancellationToken ct)
    {
        await Queues.DeclareAsync(channel, Queues.Done, ct);
        await channel.ExchangeDeclareAsync(Queues.Done, ExchangeType.Fanout, durable: true, cancellationToken: ct);
        await channel.QueueBindAsync(Queues.Done, Queues.Done, routingKey: "", cancellationToken: ct);
    }

    public (BasicProperties Properties, byte[] Body) Write(Guid key)
    {
        var id = Guid.CreateVersion7();
        var properties = new BasicProperties
        {
            Persistent = true,
            MessageId = id.ToString(),
            ContentType = "application/vnd.masstransit+json",
        };
        var body =
            $$"""{"messageId":"{{id}}","messageType":["{{type}}"],"message":{"key":"{{key}}","step":0,"text":"{{Payload.Text}}"} }""";
        return (properties, Encoding.UTF8.GetBytes(body));
    }

    public Guid ReadKey(ReadOnlySpan<byte> body) => Payload.FindKey(body);
}
