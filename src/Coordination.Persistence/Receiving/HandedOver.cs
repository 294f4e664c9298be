using MassTransit;
using MassTransit.Transports;

namespace Coordination.Persistence;

/// <summary>
/// A committed message given to an endpoint of this process without the broker. Its outbox row stays until the receiver's commit deletes it; when the
/// process dies, or the receiver cannot handle it, the row is due again and comes another way.
/// </summary>
internal sealed class HandedOver(OutboxRow row, string endpoint, Action<HandedOver, HandOverEnd> ended) : Delivery(endpoint)
{
    private int over;

    public OutboxRow Row { get; } = row;

    public override bool IsCurrent => Volatile.Read(ref over) == 0;

    /// <summary>The commit has deleted the row.</summary>
    public override void Settled() => End(HandOverEnd.Settled);

    public override Task Complete()
    {
        // Put aside without a unit of work of its own, for example parked by the guard.
        End(HandOverEnd.Done);
        return Task.CompletedTask;
    }

    public override Task Faulted(Exception exception)
    {
        End(HandOverEnd.Failed);
        return Task.CompletedTask;
    }

    public override BaseReceiveContext Receive(ReceiveEndpointContext endpoint) => new HandedOverContext(this, endpoint);

    private void End(HandOverEnd end)
    {
        if (Interlocked.Exchange(ref over, 1) == 0)
        {
            ended(this, end);
        }
    }

    private sealed class HandedOverContext(HandedOver delivery, ReceiveEndpointContext endpoint)
        : BaseReceiveContext(delivery.CameBefore, endpoint, delivery)
    {
        private StoredHeaders? headers;

        protected override IHeaderProvider HeaderProvider => headers ??= new StoredHeaders(delivery.Row.Message);

        public override MessageBody Body { get; } = new StoredBody(delivery.Row.Message.Body);

        protected override System.Net.Mime.ContentType GetContentType() => ConvertToContentType(delivery.Row.Message.ContentType);
    }

    /// <summary>The headers as a broker would bring them.</summary>
    private sealed class StoredHeaders(OutgoingMessage message) : IHeaderProvider
    {
        public IEnumerable<KeyValuePair<string, object>> GetAll()
        {
            yield return new KeyValuePair<string, object>("MessageId", message.MessageId.ToString());
            if (message.CorrelationId is { } correlation)
            {
                yield return new KeyValuePair<string, object>("CorrelationId", correlation.ToString());
            }

            foreach (var (key, value) in message.Headers)
            {
                yield return new KeyValuePair<string, object>(key, value);
            }
        }

        public bool TryGetHeader(string key, out object value)
        {
            object? found =
                message.Headers.TryGetValue(key, out var header) ? header
                : string.Equals(key, "MessageId", StringComparison.OrdinalIgnoreCase) ? message.MessageId.ToString()
                : string.Equals(key, "CorrelationId", StringComparison.OrdinalIgnoreCase) ? message.CorrelationId?.ToString()
                : null;
            value = found!;
            return found is not null;
        }
    }
}

/// <summary>How a hand-over ended.</summary>
internal enum HandOverEnd
{
    /// <summary>The receiver's commit deleted the row.</summary>
    Settled,

    /// <summary>Put aside; the row is still there and must go.</summary>
    Done,

    /// <summary>Not handled; the row must be due again.</summary>
    Failed,
}
