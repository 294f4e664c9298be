using System.Text;
using RabbitMQ.Client;

namespace Coordination.Testing.Tests;

/// <summary>Durable messages in and out of one queue, confirmed.</summary>
internal static class Broker
{
    public static async Task PublishAsync(Uri address, string queue, string text, CancellationToken ct)
    {
        await using var connection = await ConnectAsync(address, ct);
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirmed, ct);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: ct);
        var properties = new BasicProperties { Persistent = true };
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, Encoding.UTF8.GetBytes(text), ct);
    }

    public static async Task DeclareAsync(Uri address, string queue, CancellationToken ct)
    {
        await using var connection = await ConnectAsync(address, ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: ct);
    }

    public static async Task<string?> TakeAsync(Uri address, string queue, CancellationToken ct)
    {
        await using var connection = await ConnectAsync(address, ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var got = await channel.BasicGetAsync(queue, autoAck: true, ct);
        return got is null ? null : Encoding.UTF8.GetString(got.Body.Span);
    }

    public static Task<IConnection> ConnectAsync(Uri address, CancellationToken ct) =>
        new ConnectionFactory
        {
            Uri = address,
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        }.CreateConnectionAsync(ct);
}
