using System.Collections.Concurrent;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Coordination.Monitor.Bench.Load;

/// <summary>Somebody outside who hears on RabbitMQ which runs have completed.</summary>
internal sealed class Completions(IConnection connection) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> waiting = new();

    public static async Task<Completions> ListenAsync(Uri broker)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var completions = new Completions(connection);
        var channel = await connection.CreateChannelAsync();
        var contract = ContractCatalog.For<RunCompleted>();
        var exchange = Wire.EventExchange(contract.Name, contract.Major);
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
        var queue = await channel.QueueDeclareAsync();
        await channel.QueueBindAsync(queue.QueueName, exchange, "");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            using var body = JsonDocument.Parse(delivery.Body);
            if (completions.waiting.TryRemove(body.RootElement.GetProperty("runId").GetGuid(), out var source))
                source.SetResult();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer);
        return completions;
    }

    public Task WaitAsync(Guid run)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[run] = source;
        return source.Task.WaitAsync(TimeSpan.FromMinutes(2));
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
