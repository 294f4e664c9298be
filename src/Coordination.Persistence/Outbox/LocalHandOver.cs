using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Coordination.Persistence;

/// <summary>
/// The short way: a committed message for an endpoint of this very process is given to it in memory. Its row stays until the receiver has committed, and its
/// due time is moved on as long as the message is in hand here, so that no sweep sends it a second time.
/// </summary>
internal sealed class LocalHandOver(
    LocalEndpoints endpoints,
    OutboxDelivery delivery,
    IOutboxStore store,
    IOptions<OutboxOptions> options,
    IUnitOfWorkFactory units,
    TimeProvider clock
)
{
    private readonly ConcurrentDictionary<long, long> given = new();

    /// <summary>The embedded transport has no other.</summary>
    public bool IsOnlyWay => units.Dialect.IsEmbedded;

    public HandOverAnswer TryGive(OutboxRow row, bool cameBefore)
    {
        if (!options.Value.HandOver && !IsOnlyWay)
        {
            return HandOverAnswer.NotHere;
        }

        if (!IsEndpoint(row.Message) || endpoints.Find(Wire.EndpointOf(row.Message.Destination)) is not { } endpoint)
        {
            return HandOverAnswer.NotHere;
        }

        if (endpoint.Waiting >= endpoint.Prefetch)
        {
            return HandOverAnswer.Full;
        }

        using var span = DeliverySpan.Start(row.Message);
        if (span is not null)
        {
            row = row with { Message = span.Carry(row.Message) };
        }

        given[row.Id] = clock.GetTimestamp();
        endpoint.Arrive(
            new HandedOver(row, endpoint.Name, Ended)
            {
                CameBefore = cameBefore,
                HandedOver = row.Id,
                IsOwn = !cameBefore || IsOnlyWay,
            }
        );
        return HandOverAnswer.Taken;
    }

    /// <summary>Moves the due time of what has been in hand for a while, until it is cancelled.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        var lease = options.Value.Lease;
        using var timer = new PeriodicTimer(lease / 4, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            var old = given.Where(pair => clock.GetElapsedTime(pair.Value) > lease / 4).Select(pair => pair.Key).ToList();
            foreach (var some in old.Chunk(1_000))
            {
                await delivery.BestEffort(() => store.HandedOverAsync(some, lease, cancellationToken)).ConfigureAwait(false);
            }
        }
    }

    private void Ended(HandedOver message, HandOverEnd end)
    {
        given.TryRemove(message.Row.Id, out _);
        switch (end)
        {
            case HandOverEnd.Settled:
                delivery.LetGo(message.Row.Id);
                break;
            case HandOverEnd.Done:
                delivery.Confirmed(message.Row);
                break;
            default:
                delivery.LetGo(message.Row.Id);
                _ = delivery.BestEffort(() =>
                    store.PostponeAsync(
                        [message.Row.Id],
                        "The endpoint could not handle it now.",
                        options.Value.RetryDelay,
                        counts: false,
                        CancellationToken.None
                    )
                );
                break;
        }
    }

    private static bool IsEndpoint(OutgoingMessage message) =>
        message.Mandatory && !message.Destination.Contains('?', StringComparison.Ordinal);
}

/// <summary>Whether a message was handed over.</summary>
internal enum HandOverAnswer
{
    /// <summary>The endpoint is not in this process.</summary>
    NotHere,

    /// <summary>The endpoint has enough for now.</summary>
    Full,

    Taken,
}
