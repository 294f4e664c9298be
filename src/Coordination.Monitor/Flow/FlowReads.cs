using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>How messages move, from the outbox, the broker and this process.</summary>
internal sealed class FlowReads(OutboxReads outbox, BrokerQueues broker, IServiceProvider services, TimeProvider time)
{
    public async Task<FlowView> GetAsync(CancellationToken cancellationToken)
    {
        var asking = broker.LookAsync(cancellationToken);
        var reading = await outbox.GetAsync(cancellationToken);
        var (queues, note) = await asking;
        var now = time.GetUtcNow();
        return new FlowView(now, reading.Outbox, reading.Endpoints, queues, note, [Sweep(reading.Outbox, now), .. Here()]);
    }

    /// <summary>Whether messages leave on time, whichever process sends them.</summary>
    internal static HostFlow Sweep(OutboxFlow outbox, DateTimeOffset now) =>
        outbox.OldestDueAt is { } due && now - due > OutboxReads.LateAfter
            ? new HostFlow(
                "outbox",
                "late",
                $"The oldest due message waits for {(now - due).TotalSeconds:F0} s: is the broker up, and a host running?"
            )
            : new HostFlow("outbox", "ok", null);

    /// <summary>What this process receives and sends, where it does.</summary>
    private IEnumerable<HostFlow> Here()
    {
        if (services.GetService<RabbitReceiving>()?.Deaf is { Count: > 0 } deaf)
            yield return new HostFlow(
                "receiving here",
                "late",
                string.Join(' ', deaf.Select(pair => $"Endpoint {pair.Key} receives nothing: {pair.Value}"))
            );
        if (services.GetService<OutboxDelivery>()?.Refusing is { Count: > 0 } refusing)
            yield return new HostFlow(
                "sending here",
                "late",
                $"Messages wait for destinations that take none: {string.Join(", ", refusing)}."
            );
    }
}
