using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Coordination.Ballots;

/// <summary>Somebody outside who listens to decisions.</summary>
internal sealed class Decisions(IConnection connection) : IAsyncDisposable
{
    public static async Task<Decisions> ListenAsync(Uri broker, Heard heard)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        var contract = ContractCatalog.For<BallotDecided>();
        var exchange = Wire.EventExchange(contract.Name, contract.Major);
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
        var queue = await channel.QueueDeclareAsync();
        await channel.QueueBindAsync(queue.QueueName, exchange, "");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            heard.Of(JsonDocument.Parse(delivery.Body).RootElement.GetProperty("ballotId").GetGuid());
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer);
        return new Decisions(connection);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
