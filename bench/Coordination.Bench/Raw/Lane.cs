using Npgsql;

namespace Coordination.Bench.Raw;

/// <summary>
/// Takes what has arrived, never waits for more, commits it, hands the follow-ups to the publisher and acknowledges. The
/// acknowledgement need not wait for the confirm: from the commit on the outbox row stands for the follow-up.
/// </summary>
internal sealed class Lane(Intake intake, IHandler handler, int mostAtOnce, ConfirmPublisher publisher)
{
    public async Task RunAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        using var disposed = handler;
        await handler.PrepareAsync(connection, ct);
        var batch = new List<Incoming>(mostAtOnce);
        while (await intake.Arrived.WaitToReadAsync(ct))
        {
            while (batch.Count < mostAtOnce && intake.Arrived.TryRead(out var message))
                batch.Add(message);
            if (batch.Count == 0)
                continue; // Another lane of the same intake was quicker.
            foreach (var message in await handler.HandleAsync(batch, ct))
                publisher.Publish(message);
            foreach (var message in batch)
                intake.Handled(message.DeliveryTag);
            batch.Clear();
        }
    }
}
