using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Coordination.Persistence;

/// <summary>Declares what an endpoint needs at the broker. Declaring again what is there changes nothing.</summary>
internal static class QueueDeclaration
{
    /// <exception cref="InvalidOperationException">The queue exists with other arguments, or the user may not declare it; the message names the cure.</exception>
    public static async Task DeclareAsync(
        IConnection connection,
        RabbitMqReceiveEndpointContext endpoint,
        CancellationToken cancellationToken
    )
    {
        var topology = endpoint.BrokerTopology;
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var exchange in topology.Exchanges)
            {
                await channel
                    .ExchangeDeclareAsync(
                        exchange.ExchangeName,
                        exchange.ExchangeType,
                        exchange.Durable,
                        exchange.AutoDelete,
                        Arguments(exchange.ExchangeArguments),
                        cancellationToken: cancellationToken
                    )
                    .ConfigureAwait(false);
            }

            foreach (var queue in topology.Queues)
            {
                await channel
                    .QueueDeclareAsync(
                        queue.QueueName,
                        queue.Durable,
                        queue.Exclusive,
                        queue.AutoDelete,
                        Arguments(queue.QueueArguments),
                        cancellationToken: cancellationToken
                    )
                    .ConfigureAwait(false);
            }

            foreach (var binding in topology.ExchangeBindings)
            {
                await channel
                    .ExchangeBindAsync(
                        binding.Destination.ExchangeName,
                        binding.Source.ExchangeName,
                        binding.RoutingKey ?? "",
                        Arguments(binding.Arguments),
                        cancellationToken: cancellationToken
                    )
                    .ConfigureAwait(false);
            }

            foreach (var binding in topology.QueueBindings)
            {
                await channel
                    .QueueBindAsync(
                        binding.Destination.QueueName,
                        binding.Source.ExchangeName,
                        binding.RoutingKey ?? "",
                        Arguments(binding.Arguments),
                        cancellationToken: cancellationToken
                    )
                    .ConfigureAwait(false);
            }
        }
        catch (OperationInterruptedException refused) when (refused.ShutdownReason?.ReplyCode is 403 or 406)
        {
            throw new InvalidOperationException(
                $"The queue of endpoint {endpoint.InputAddress.Segments[^1]} could not be declared: {refused.ShutdownReason.ReplyText}. "
                    + "A queue cannot change its arguments: delete it when it is empty, or name the endpoint anew. Where the broker user may not declare, "
                    + "declare queues at deployment and set RabbitMqOptions.DeclareTopology to false.",
                refused
            );
        }
    }

    private static Dictionary<string, object?>? Arguments(IDictionary<string, object>? arguments) =>
        arguments is null or { Count: 0 }
            ? null
            : arguments.ToDictionary(pair => pair.Key, object? (pair) => pair.Value, StringComparer.Ordinal);
}
