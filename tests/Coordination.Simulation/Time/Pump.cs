namespace Coordination.Simulation;

/// <summary>
/// Runs a simulation on the thread pool, which has one thread in this process, so that stock awaits, channels and semaphores run in one order:
/// 1. whatever is queued runs first;
/// 2. when nothing is left to run, time moves to the next timer;
/// 3. when there is no timer either, nothing can ever happen again.
/// </summary>
internal sealed class Pump(VirtualTime time, int maxMoves)
{
    private Task main = Task.CompletedTask;
    private int moves;
    private string? stuck;

    /// <summary>One thread for everything; false when the process was started with more than one processor (DOTNET_PROCESSOR_COUNT=1).</summary>
    public static bool UseOneThread() =>
        Environment.ProcessorCount == 1 && ThreadPool.SetMinThreads(1, 1) && ThreadPool.SetMaxThreads(1, 1);

    /// <summary>Runs to the end; throws what the simulation threw.</summary>
    public void Run(Func<Task> simulation)
    {
        using var ended = new ManualResetEventSlim();
        Queue(() => main = simulation());
        Queue(() => Move(ended));
        ended.Wait();
        if (stuck is not null)
        {
            throw new InvalidOperationException(stuck);
        }

        main.GetAwaiter().GetResult();
    }

    private void Move(ManualResetEventSlim ended)
    {
        if (main.IsCompleted)
        {
            ended.Set();
            return;
        }

        if (ThreadPool.PendingWorkItemCount == 0)
        {
            if (++moves > maxMoves)
            {
                stuck = $"No end after {maxMoves} moves of the clock, at {time.NowMs} ms.";
            }
            else if (!time.FireNext())
            {
                stuck = $"Everything stands still at {time.NowMs} ms: nothing runs and nothing waits for a time.";
            }
        }

        if (stuck is not null)
        {
            ended.Set();
            return;
        }

        Queue(() => Move(ended));
    }

    private static void Queue(Action action) => ThreadPool.UnsafeQueueUserWorkItem(static a => a(), action, preferLocal: false);
}
