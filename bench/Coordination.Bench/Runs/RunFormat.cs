using Coordination.Bench.Load;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Workers;
using RabbitMQ.Client;

namespace Coordination.Bench.Runs;

/// <summary>Submissions of a plan of five steps in a row, as the contracts of the run saga want them.</summary>
internal sealed class RunFormat : IWireFormat
{
    public const string Agent = "bench";
    private readonly RunPlan plan = FiveStepsInARow();
    private readonly EnvelopeFactory envelopes = new(
        new Sender
        {
            Type = "bench",
            Instance = "load",
            Build = "1",
        },
        TimeProvider.System
    );

    public string Queue => Wire.RunsEndpoint;

    public async Task DeclareAsync(IChannel channel, CancellationToken ct)
    {
        await Queues.DeclareAsync(channel, Queues.Done, ct);
        var completed = ContractCatalog.For<RunCompleted>();
        var exchange = Wire.EventExchange(completed.Name, completed.Major);
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: ct);
        await channel.QueueBindAsync(Queues.Done, exchange, routingKey: "", cancellationToken: ct);
    }

    public (BasicProperties Properties, byte[] Body) Write(Guid key)
    {
        var submit = new SubmitRun
        {
            RunId = key,
            Plan = plan,
            Requester = "bench",
        };
        var message = ContractOutgoing.To(Wire.RunsEndpoint, submit, envelopes.Root(key) with { RunId = key });
        var properties = new BasicProperties
        {
            Persistent = true,
            MessageId = message.MessageId.ToString(),
            ContentType = message.ContentType,
            Headers = message.Headers.ToDictionary(header => header.Key, header => (object?)header.Value, StringComparer.Ordinal),
        };
        return (properties, message.Body);
    }

    public Guid ReadKey(ReadOnlySpan<byte> body) => Payload.FindGuid(body, "\"runId\""u8);

    private static RunPlan FiveStepsInARow()
    {
        var builder = Plan.Named("bench");
        for (var step = 1; step <= 5; step++)
            builder.Step($"s{step}", Agent, new EchoInput(Payload.Text), after: step == 1 ? [] : [$"s{step - 1}"]);
        return builder.Build();
    }
}

internal sealed record EchoInput(string Text);
