using System.Collections.Concurrent;
using Coordination.Persistence;
using Microsoft.Extensions.Hosting;

namespace Coordination.Monitor;

/// <summary>
/// Carries out operations on many targets, side by side, each never faster than asked. A process holds an operation by a lease: when it dies, another one goes on where
/// it was, since what became of a target is written with what was done to it.
/// </summary>
internal sealed partial class OperationRunner(
    OperationItems targets,
    OperationStore store,
    AuditTrail audit,
    IUnitOfWorkFactory units,
    TimeProvider clock,
    ILogger<OperationRunner> log
) : BackgroundService
{
    /// <summary>How long an operation is a process' without a word from it.</summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Operations of this process at the same time; most of them wait for their rate.</summary>
    private const int MostAtOnce = 1_000;
    private const int Batch = 50;
    private readonly string me = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():N}";
    private readonly ConcurrentDictionary<Guid, Task> mine = new();

    /// <summary>So many a second when nothing is asked.</summary>
    public static double RateOf(OperationRequest request) =>
        request.Parameters.PerSecond
        ?? request.Kind switch
        {
            OperationKind.LetterRetry => 10,
            OperationKind.RunCancel => 50,
            _ => 500,
        };

    /// <summary>Carries one operation on until it ends, is suspended or cancelled, or this process is told to stop.</summary>
    /// <param name="id">Which.</param>
    /// <param name="owner">Who this process is.</param>
    /// <param name="progress">Told after each target.</param>
    /// <param name="cancellationToken">Ends it between two targets.</param>
    public async Task RunAsync(Guid id, string owner, Action<OperationTarget, string>? progress, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } operation || !await store.HoldAsync(id, owner, cancellationToken))
            return;
        var hold = new Hold(store, clock, id, owner);
        // Whoever did the last target, here or in another process: the next one is due after it.
        var pace = new Pace(clock, RateOf(operation.Request), await store.SinceLastAsync(id, cancellationToken));
        try
        {
            while (await store.WaitingAsync(id, Batch, cancellationToken) is { Count: > 0 } items)
            {
                foreach (var item in items)
                {
                    if (!await hold.UntilAsync(pace, cancellationToken))
                        return;
                    // Not cancelled half way: what it did to this target would be unknown.
                    if (await targets.DoItemAsync(operation, item, owner, CancellationToken.None) is not { } status)
                        return;
                    progress?.Invoke(item.Target, status);
                    pace.Done();
                }
            }
            await store.FinishAsync(id, CancellationToken.None);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Another process need not wait for the lease to end.
            await store.LeaveAsync(id, owner, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Suspends, resumes or cancels.</summary>
    /// <exception cref="GuardFailedException">Its status does not allow it.</exception>
    public async Task TurnAsync(Guid id, string status, Viewer viewer, CancellationToken cancellationToken)
    {
        string[] from = status switch
        {
            "suspended" => ["running"],
            "running" => ["suspended"],
            _ => ["running", "suspended"],
        };
        await using var unit = units.Create(alone: true);
        unit.Execute(store.Turn(id, status, from));
        unit.Execute(audit.Line(new AuditEntry(viewer, $"operation.{status}", $"operation {id}", null, "done") { OperationId = id }));
        await unit.CommitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var operation in await store.OrphansAsync(stoppingToken))
                {
                    // A command that was interrupted: whoever started it may have meant to stop it.
                    if (operation.Via == "cli")
                        await units.ExecuteAsync(store.Turn(operation.Id, "suspended", "running"), stoppingToken);
                    else if (mine.Count < MostAtOnce && !mine.ContainsKey(operation.Id))
                        Carry(operation.Id, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // Those under way are waited for below.
            }
            catch (Exception exception)
            {
                Failed(log, exception);
            }
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await Task.WhenAll(mine.Values);
    }

    private void Carry(Guid id, CancellationToken stoppingToken)
    {
        var begun = new TaskCompletionSource();
        mine[id] = CarryAsync(id, begun.Task, stoppingToken);
        // Not before it is in the list: what it takes out at its end is there.
        begun.SetResult();
    }

    private async Task CarryAsync(Guid id, Task listed, CancellationToken stoppingToken)
    {
        await listed;
        try
        {
            await RunAsync(id, me, progress: null, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // It goes on elsewhere, or when this process is back.
        }
        catch (Exception exception)
        {
            // Its lease ends by and by, then it is tried again.
            Failed(log, exception);
        }
        finally
        {
            mine.TryRemove(id, out _);
        }
    }

    [LoggerMessage(7201, LogLevel.Warning, "Operations on many targets wait: they cannot be carried on")]
    private static partial void Failed(ILogger logger, Exception exception);

    /// <summary>Keeps an operation while it waits.</summary>
    private sealed class Hold(OperationStore store, TimeProvider clock, Guid id, string owner)
    {
        private static readonly TimeSpan Slice = TimeSpan.FromSeconds(5);
        private long held = clock.GetTimestamp();

        /// <summary>Waits until the next target is due; false when another process has taken the operation, or it does not run any more.</summary>
        public async Task<bool> UntilAsync(Pace pace, CancellationToken cancellationToken)
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (clock.GetElapsedTime(held) > Lease / 3)
                {
                    if (!await store.HoldAsync(id, owner, cancellationToken))
                        return false;
                    held = clock.GetTimestamp();
                }
                if (pace.Rest is not { Ticks: > 0 } rest)
                    return true;
                await Task.Delay(rest < Slice ? rest : Slice, clock, cancellationToken);
            }
        }
    }
}
