using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Coordination.Persistence;

/// <summary>Which exchanges exist, asked once per connection; one that is missing is asked for again after a while. Nothing is ever created.</summary>
internal sealed class KnownExchanges(TimeProvider clock)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);
    private readonly HashSet<string> there = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> missing = new(StringComparer.Ordinal);

    public void Forget()
    {
        there.Clear();
        missing.Clear();
    }

    public ValueTask<bool> IsThereAsync(IConnection connection, string exchange, CancellationToken cancellationToken) =>
        there.Contains(exchange) ? ValueTask.FromResult(true)
        : missing.TryGetValue(exchange, out var asked) && clock.GetElapsedTime(asked) < AskAgain ? ValueTask.FromResult(false)
        : new ValueTask<bool>(AskAsync(connection, exchange, cancellationToken));

    private async Task<bool> AskAsync(IConnection connection, string exchange, CancellationToken cancellationToken)
    {
        // A channel of its own: the broker closes it when the answer is no.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            await channel.ExchangeDeclarePassiveAsync(exchange, cancellationToken).ConfigureAwait(false);
            missing.Remove(exchange);
            there.Add(exchange);
            return true;
        }
        catch (OperationInterruptedException answer) when (answer.ShutdownReason?.ReplyCode == 404)
        {
            missing[exchange] = clock.GetTimestamp();
            return false;
        }
    }
}
