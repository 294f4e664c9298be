using Npgsql;
using RabbitMQ.Client;

namespace Coordination.Bench.Raw;

/// <summary>
/// What a careful developer would write by hand without any framework. Not the whole of it: there is no sweeper for what a
/// crash leaves, no retry, no parking, no timers. It is the limit the others are measured against.
/// </summary>
internal static class RawProgram
{
    public static async Task RunAsync(WorkerSettings settings, bool batched, Action ready, CancellationToken ct)
    {
        // Enough for the lanes of two queues and the deleter; the rest of the tuning is in docs/benchmarks.md.
        var connectionString = new NpgsqlConnectionStringBuilder(settings.Database) { NoResetOnClose = true, MaxPoolSize = 300 };
        await using var database = NpgsqlDataSource.Create(connectionString);
        await RawTables.CreateAsync(database, ct);
        await using var deleting = await database.OpenConnectionAsync(ct);
        var deleter = new OutboxDeleter(deleting);
        await using var connection = await new ConnectionFactory { Uri = settings.Broker }.CreateConnectionAsync(ct);
        var publisher = await ConfirmPublisher.OpenAsync(connection, deleter.Delete, ct);

        List<Task> running = [deleter.RunAsync(ct), publisher.RunAsync(ct)];
        if (settings.Workload == Workload.Effect)
        {
            await ListenAsync(Queues.Effect, () => batched ? new ManyEffects(Queues.Done) : new OneEffect(Queues.Done));
        }
        else
        {
            await ListenAsync(Queues.Saga, () => batched ? new ManySagas() : new OneSaga());
            await ListenAsync(Queues.Steps, () => batched ? new ManyEffects(Queues.Saga) : new OneEffect(Queues.Saga));
        }
        ready();
        await await Task.WhenAny(running);

        async Task ListenAsync(string queue, Func<IHandler> handler)
        {
            var lanes = batched ? RawSettings.BatchedLanes : RawSettings.Lanes(settings.Workload);
            Intake? shared = null;
            for (var lane = 0; lane < lanes; lane++)
            {
                // Lanes that take one share what arrives; lanes that take all of it need a share of their own each.
                if (batched || shared is null)
                {
                    shared = await Intake.OpenAsync(connection, queue, RawSettings.Prefetch, ct);
                    running.Add(shared.AcknowledgeAsync(ct));
                }
                var mostAtOnce = batched ? RawSettings.MostInBatch : 1;
                var own = await database.OpenConnectionAsync(ct);
                running.Add(new Lane(shared, handler(), mostAtOnce, publisher).RunAsync(own, ct));
            }
        }
    }
}
