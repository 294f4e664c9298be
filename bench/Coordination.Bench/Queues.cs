using RabbitMQ.Client;

namespace Coordination.Bench;

/// <summary>The queues of both workloads. All are replicated (quorum) queues: what they hold is on disk before it is confirmed.</summary>
internal static class Queues
{
    public const string Effect = "bench-effect",
        Saga = "bench-saga",
        Steps = "bench-steps",
        Done = "bench-done";

    public static async Task DeclareAsync(IChannel channel, string queue, CancellationToken ct)
    {
        var quorum = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" };
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, quorum, cancellationToken: ct);
    }
}
