using System.Collections.Concurrent;
using Coordination.Persistence;
using Coordination.Workers;
using Microsoft.Extensions.Hosting;

namespace Coordination.Faults.Node.Feeding;

/// <summary>
/// Submits runs under their own keys and keeps a number of them open. Of submissions whose outcome it does not know it repeats every second until it does,
/// as a careful client; the others stay unknown, as those of a client that gave up.
/// </summary>
internal sealed class RunFeeder(
    RunClient client,
    IUnitOfWorkFactory units,
    SubmissionLog log,
    NodeSettings settings,
    Func<long, Work> workOf
) : BackgroundService
{
    private const int Lanes = 4;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);
    private readonly ConcurrentDictionary<Guid, byte> open = new();
    private long next;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (first, left) = await log.ResumeAsync();
        next = first;
        foreach (var (_, runId, _) in left.Where(one => one.Decided))
        {
            open[runId] = 0;
        }

        var lanes = Enumerable.Range(0, Lanes).Select(_ => SubmitAsync(stoppingToken));
        await Task.WhenAll([WatchAsync(stoppingToken), RepeatAsync(left.Where(one => !one.Decided), stoppingToken), .. lanes]);
    }

    private async Task SubmitAsync(CancellationToken stopping)
    {
        while (Feed.IsOpen && !stopping.IsCancellationRequested)
        {
            if (open.Count >= settings.Window)
            {
                await PauseAsync(TimeSpan.FromMilliseconds(20), stopping);
                continue;
            }

            var index = Interlocked.Increment(ref next) - 1;
            var work = workOf(index);
            await log.StartAsync(index, work);
            await AskAsync(index, work, stopping);
        }
    }

    private async Task RepeatAsync(IEnumerable<(long Index, Guid RunId, bool Decided)> left, CancellationToken stopping)
    {
        foreach (var (index, _, _) in left.Where(one => one.Index % 2 == 0))
        {
            await AskAsync(index, workOf(index), stopping);
        }
    }

    private async Task AskAsync(long index, Work work, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await client.SubmitAsync(work.Plan, new SubmitOptions { RunId = work.RunId, Requester = "feeder" }, stopping);
                open[work.RunId] = 0;
                await log.DecideAsync(index, "ok");
                return;
            }
            catch (ArgumentException)
            {
                // Refused before anything was stored.
                await log.DecideAsync(index, "failed");
                return;
            }
            catch (Exception) when (!stopping.IsCancellationRequested)
            {
                await log.DecideAsync(index, "unknown");
                if (index % 2 != 0)
                {
                    return;
                }

                await PauseAsync(TimeSpan.FromMilliseconds(500), stopping);
            }
        }
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await PauseAsync(Look, stopping);
            try
            {
                Guid[] asked = [.. open.Keys];
                var sql = units.Dialect;
                var ended = await units.QueryAsync(
                    new Statement(
                        $"SELECT run_id FROM coordination.coord_v1_runs WHERE {sql.AnyOf("run_id", "@runs")} AND lower(status) IN "
                            + "('completed', 'partial', 'failed', 'cancelled', 'expired')",
                        ("runs", asked, ColumnKind.Uuid)
                    ),
                    row => row.GetGuid(0),
                    stopping
                );
                if (ended.Count > 0)
                {
                    await log.EndedAsync([.. ended]);
                }

                // A run that waits for a person is nobody's work for now.
                foreach (var run in ended.Concat(await WaitingAsync(asked, stopping)))
                {
                    open.TryRemove(run, out _);
                }
            }
            catch (Exception) when (!stopping.IsCancellationRequested)
            {
                // The database is away: the runs are there when it is back.
            }
        }
    }

    private Task<IReadOnlyList<Guid>> WaitingAsync(Guid[] asked, CancellationToken stopping) =>
        units.QueryAsync(
            new Statement(
                $"SELECT DISTINCT run_id FROM coordination.effect WHERE {units.Dialect.AnyOf("run_id", "@runs")} AND status = 'indoubt'",
                ("runs", asked, ColumnKind.Uuid)
            ),
            row => row.GetGuid(0),
            stopping
        );

    private static async Task PauseAsync(TimeSpan pause, CancellationToken stopping) =>
        await Task.Delay(pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
