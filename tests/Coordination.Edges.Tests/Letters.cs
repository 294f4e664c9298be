using System.Globalization;
using System.Text;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using RabbitMQ.Client;

namespace Coordination.Edges.Tests;

/// <summary>Somebody with a connection to the broker who writes messages by hand, good and bad ones, and looks into queues.</summary>
internal sealed class Letters : IAsyncDisposable
{
    private readonly IConnection connection;
    private readonly IChannel channel;

    private Letters(IConnection connection, IChannel channel)
    {
        this.connection = connection;
        this.channel = channel;
    }

    public static StepProgress Body(Guid run) =>
        new()
        {
            RunId = run,
            StepId = "one",
            Attempt = 1,
        };

    public static async Task<Letters> OpenAsync(Uri broker)
    {
        var opened = await new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        return new Letters(opened, await opened.CreateChannelAsync(confirmed));
    }

    /// <summary>A message as docs/reference/contracts.md describes it.</summary>
    public static BasicProperties Properties(Guid run) =>
        new()
        {
            Persistent = true,
            ContentType = "application/json",
            MessageId = Guid.CreateVersion7().ToString(),
            Headers = new Dictionary<string, object?>
            {
                [EnvelopeHeaders.Contract] = "step.progress.v1",
                [EnvelopeHeaders.Minor] = "0",
                [EnvelopeHeaders.TransactionId] = run.ToString(),
                [EnvelopeHeaders.RunId] = run.ToString(),
                [EnvelopeHeaders.SenderType] = "stranger",
                [EnvelopeHeaders.SenderInstance] = "elsewhere-1",
                [EnvelopeHeaders.SenderBuild] = "1",
                [EnvelopeHeaders.SentAt] = TimeProvider
                    .System.GetUtcNow()
                    .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                [EnvelopeHeaders.Hops] = "8",
            },
        };

    public Task PutAsync(Guid run, Action<BasicProperties>? change = null, string? body = null) =>
        PutAsync(run, body is null ? ContractJson.Serialize(Body(run), typeof(StepProgress)) : Encoding.UTF8.GetBytes(body), change);

    public async Task PutAsync(Guid run, byte[] body, Action<BasicProperties>? change = null)
    {
        var properties = Properties(run);
        change?.Invoke(properties);
        await channel.BasicPublishAsync(Desk.Endpoint, "", mandatory: true, properties, body, TestContext.Current.CancellationToken);
    }

    public Task DeclareAsync(string queue, Dictionary<string, object?>? arguments = null) =>
        channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments);

    /// <summary>Makes the exchange of the queue's name and binds it, as an endpoint would.</summary>
    public async Task BindAsync(string queue)
    {
        await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true);
        await channel.QueueBindAsync(queue, queue, "");
    }

    /// <summary>Takes the next message out of a queue and returns its run; null when the queue is empty.</summary>
    public async Task<Guid?> TakeAsync(string queue) =>
        await channel.BasicGetAsync(queue, autoAck: true) is { } got
            ? JsonDocument.Parse(got.Body).RootElement.GetProperty("runId").GetGuid()
            : null;

    /// <summary>Takes the next message out of a queue and returns what stands on it; null when the queue is empty.</summary>
    public async Task<IReadOnlyBasicProperties?> TakePropertiesAsync(string queue) =>
        (await channel.BasicGetAsync(queue, autoAck: true))?.BasicProperties;

    public async Task<uint> CountAsync(string queue) => await channel.MessageCountAsync(queue);

    public async Task<bool> ExchangeExistsAsync(string exchange)
    {
        await using var looking = await connection.CreateChannelAsync();
        try
        {
            await looking.ExchangeDeclarePassiveAsync(exchange);
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == 404)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
