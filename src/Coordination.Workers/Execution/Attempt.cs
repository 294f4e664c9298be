using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>Why a running attempt is asked to stop. The first cause counts.</summary>
internal enum StopCause
{
    None,

    /// <summary>Somebody else may carry it out: nothing may be written any more.</summary>
    LeaseLost,
    CancelRequested,
    TimedOut,

    /// <summary>This process ends: the claim is handed back.</summary>
    Shutdown,
}

/// <summary>A claim being carried out in this process, with what can stop it.</summary>
internal sealed class Attempt : IDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource lease;
    private readonly TimeProvider time;
    private readonly TimeSpan trusted;
    private CancellationTokenSource? timeout;
    private long renewedAt;
    private StopCause cause;
    private bool ended;

    /// <param name="agent">Who carries it out.</param>
    /// <param name="claim">The right to do so.</param>
    /// <param name="leaseTtl">How long the database keeps the claim for us after each renewal.</param>
    /// <param name="time">The process' monotonic clock: it measures spans, never moments.</param>
    public Attempt(AgentRegistration agent, StepClaim claim, TimeSpan leaseTtl, TimeProvider time)
    {
        Agent = agent;
        Claim = claim;
        this.time = time;
        // Stop before others may start: 5 s for a lease of 30 s, less for shorter ones.
        renewedAt = claim.AskedAt;
        trusted = leaseTtl - Min(TimeSpan.FromSeconds(5), leaseTtl / 6);
        lease = new CancellationTokenSource(Positive(trusted - time.GetElapsedTime(claim.AskedAt)), time);
        lease.Token.Register(() => Stop(StopCause.LeaseLost));
    }

    public AgentRegistration Agent { get; }

    public StepClaim Claim { get; }

    /// <summary>Ends when the agent and the answer are done with; shutdown waits for it.</summary>
    public Task Completion { get; set; } = Task.CompletedTask;

    public CancellationToken Stopped => stop.Token;

    public StopCause Cause
    {
        get
        {
            lock (gate)
            {
                return cause;
            }
        }
    }

    /// <summary>
    /// Whether others may carry it out by now. Reckoned, not remembered: a process that was frozen wakes up before its timers do.
    /// </summary>
    public bool IsLost
    {
        get
        {
            lock (gate)
            {
                return !Failpoint.IsBroken(PlantedBugs.NoFence)
                    && (cause == StopCause.LeaseLost || time.GetElapsedTime(renewedAt) >= trusted);
            }
        }
    }

    /// <summary>The lease was renewed by a request sent at <paramref name="askedAt"/>.</summary>
    public void Renewed(long askedAt)
    {
        lock (gate)
        {
            if (!ended && cause != StopCause.LeaseLost)
            {
                renewedAt = Math.Max(renewedAt, askedAt);
                lease.CancelAfter(Positive(trusted - time.GetElapsedTime(askedAt)));
            }
        }
    }

    public void LimitTo(TimeSpan remaining)
    {
        timeout = new CancellationTokenSource(Positive(Min(remaining, TimeSpan.FromDays(24))), time);
        timeout.Token.Register(() => Stop(StopCause.TimedOut));
    }

    /// <summary>Fires the agent's token. A lost lease overrules other causes: it forbids every write.</summary>
    public void Stop(StopCause why)
    {
        lock (gate)
        {
            if (
                ended
                || (cause != StopCause.None && why != StopCause.LeaseLost)
                || (why == StopCause.LeaseLost && Failpoint.IsBroken(PlantedBugs.NoFence))
            )
            {
                return;
            }

            cause = why;
        }

        // Not here and now: callbacks of the agent's code must not run on the thread that renews leases.
        _ = stop.CancelAsync();
    }

    /// <summary>From now on nothing stops it: the answer is being given, or there will be none.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            ended = true;
        }

        lease.Dispose();
        timeout?.Dispose();
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;
}
