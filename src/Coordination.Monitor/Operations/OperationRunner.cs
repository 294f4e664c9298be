using Coordination.Persistence;
using Microsoft.Extensions.Hosting;

namespace Coordination.Monitor;

/// <summary>
/// Carries out operations on many targets, one at a time, never faster than asked. A process holds an operation by a lease: when it dies, another one goes on
/// where it was, since what became of a target is written with what was done to it.
/// </summary>
internal sealed partial class OperationRunner(
    OperationDesk desk,
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
    private const int Batch = 50;
    private readonly string me = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():N}";

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
        if (await store.FindAsync(id, cancellationToken) is not { } operation)
            return;
        var perSecond = RateOf(operation.Request);
        var (start, count, held) = (clock.GetTimestamp(), 0, clock.GetTimestamp());
        if (!await store.HoldAsync(id, owner, cancellationToken))
            return;
        while (await store.WaitingAsync(id, Batch, cancellationToken) is { Count: > 0 } items)
        {
            foreach (var item in items)
            {
                var rest = TimeSpan.FromSeconds(count / perSecond) - clock.GetElapsedTime(start);
                if (rest > TimeSpan.Zero)
                    await Task.Delay(rest, clock, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                if (clock.GetElapsedTime(held) > Lease / 3)
                {
                    if (!await store.HoldAsync(id, owner, cancellationToken))
                        return;
                    held = clock.GetTimestamp();
                }
                // Not cancelled half way: what it did to this target would be unknown.
                if (await desk.DoItemAsync(operation, item, CancellationToken.None) is not { } status)
                    return;
                progress?.Invoke(item.Target, status);
                count++;
            }
        }
        await store.FinishAsync(id, CancellationToken.None);
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
        await using var work = units.Create(alone: true);
        work.Execute(store.Turn(id, status, from));
        work.Execute(audit.Line(new AuditEntry(viewer, $"operation.{status}", $"operation {id}", null, "done") { OperationId = id }));
        await work.CommitAsync(cancellationToken);
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
                    else
                        await RunAsync(operation.Id, me, progress: null, stoppingToken);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Failed(log, exception);
            }
            try
            {
                await Task.Delay(Pause, clock, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(7201, LogLevel.Warning, "Operations on many targets wait: they cannot be carried on")]
    private static partial void Failed(ILogger logger, Exception exception);
}
