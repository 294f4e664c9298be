using Coordination.Contracts;
using Coordination.Persistence;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>
/// The life of a claimed attempt in this process:
/// 1. the claim is committed, the delivery is acknowledged; nothing but the lease row says that we work;
/// 2. the agent runs; timeout, cancellation, a lost lease and shutdown fire its token;
/// 3. the answer and the closing of the claim are one transaction, guarded by owner and epoch: a worker that was taken for dead writes nothing;
/// 4. while the database is away the answer is tried again, as long as the lease is good;
/// 5. at shutdown the claim is handed back instead, so that another process resumes at once.
/// </summary>
internal sealed class AttemptRunner(
    StepExecutor executor,
    EffectSessions effects,
    ClaimStore claims,
    IUnitOfWorkFactory units,
    Answers answers,
    RunningAttempts running,
    Suspects suspects,
    WorkerMetrics metrics,
    WorkerOptions options,
    TimeProvider time,
    ILogger<AttemptRunner> logger
)
{
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(2);

    /// <summary>Starts the attempt. The caller has taken a slot for it; it is released at the end.</summary>
    public void Start(AgentRegistration agent, StepClaim claim)
    {
        var attempt = new Attempt(agent, claim, options.LeaseTtl, time);
        if (!running.TryAdd(attempt))
        {
            attempt.Dispose();
            LeaveSuspects(claim);
            agent.Slots.Release();
            return;
        }

        // The trace and everything else ambient of the caller ends with the delivery; the attempt has its own.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        attempt.Completion = Task.Run(() => RunAsync(attempt));
    }

    private async Task RunAsync(Attempt attempt)
    {
        var (agent, work) = (attempt.Agent, attempt.Claim.Work);
        var started = time.GetTimestamp();
        var outcome = "lost";
        Task agentEnds = Task.CompletedTask;
        using var activity = StepTrace.Start(agent.Type, work, attempt.Claim.Envelope);
        using var scope = logger.BeginStep(work, agent.Type);
        metrics.Started(agent.Type);
        try
        {
            logger.AttemptStarted(agent.Type, work.StepId, work.RunId, work.Attempt, attempt.Claim.Epoch);
            Failpoint.Hit(Failpoints.IntentCommitted);
            (var answer, agentEnds) = await CarryOutAsync(attempt);
            Failpoint.Hit(Failpoints.EffectDone);
            outcome =
                attempt.Cause == StopCause.LeaseLost ? Fenced(attempt)
                : answer is null ? await HandBackAsync(attempt)
                : await AnswerAsync(attempt, answer);
        }
        catch (Exception exception)
        {
            // Nothing above may throw; should it, the lease runs out and the attempt is taken over.
            logger.AttemptBroken(exception, agent.Type, work.StepId, work.RunId, work.Attempt);
        }
        finally
        {
            running.Remove(attempt);
            attempt.Dispose();
            LeaveSuspects(attempt.Claim);
            metrics.Ended(agent.Type, outcome, time.GetElapsedTime(started));
            activity?.SetTag("coordination.outcome", outcome);
            logger.AttemptEnded(agent.Type, work.StepId, work.RunId, work.Attempt, outcome, time.GetElapsedTime(started).TotalMilliseconds);
            // An agent that ignores its token keeps its slot until it is really over.
            _ = agentEnds.ContinueWith(_ => agent.Slots.Release(), TaskScheduler.Default);
        }
    }

    private void LeaveSuspects(StepClaim claim)
    {
        if (claim.Alone)
        {
            suspects.Leave();
        }
    }

    private async Task<(StepAnswer? Answer, Task AgentEnds)> CarryOutAsync(Attempt attempt)
    {
        var (agent, claim) = (attempt.Agent, attempt.Claim);
        if (claim.Crashes > options.MaxCrashes)
        {
            var verdict = new Verdict(
                FailureClass.Permanent,
                ReasonCode.NonRetryable,
                $"{claim.Crashes} workers vanished while they carried out this attempt; it may be what ends them."
            );
            return (StepExecutor.Fail(logger, agent, claim.Work, verdict, null), Task.CompletedTask);
        }

        if (claim.CancelRequested)
        {
            return (StepExecutor.Fail(logger, agent, claim.Work, StepExecutor.Cancelled, null), Task.CompletedTask);
        }

        attempt.LimitTo(StepExecutor.Limit(claim.Work, claim.Envelope, claim.ClaimedAt) - time.GetElapsedTime(claim.AskedAt));
        // Its own thread: an agent that blocks must not keep us from answering for it.
        var execution = Task.Run(() =>
            executor.ExecuteAsync(
                agent,
                claim.Work,
                claim.Envelope,
                claim.ClaimedAt,
                (percent, note, token) => ReportAsync(attempt, percent, note, token),
                effects.Open(attempt),
                () => attempt.Cause,
                attempt.Stopped
            )
        );
        if (await EndsInTimeAsync(execution, attempt.Stopped))
        {
            return (await execution, Task.CompletedTask);
        }

        logger.AgentIgnoresToken(agent.Type, claim.Work.StepId, claim.Work.RunId, attempt.Cause);
        var answer = attempt.Cause switch
        {
            StopCause.CancelRequested => StepExecutor.Fail(logger, agent, claim.Work, StepExecutor.Cancelled, null),
            StopCause.TimedOut => StepExecutor.Fail(logger, agent, claim.Work, StepExecutor.TimedOut, null),
            _ => null,
        };
        return (answer, execution);
    }

    /// <summary>False when the agent still runs the grace time after its token has fired.</summary>
    private async Task<bool> EndsInTimeAsync(Task execution, CancellationToken stopped)
    {
        await Task.WhenAny(execution, Task.Delay(Timeout.InfiniteTimeSpan, time, stopped));
        if (!execution.IsCompleted)
        {
            await Task.WhenAny(execution, Task.Delay(options.CancelGrace, time, CancellationToken.None));
        }

        return execution.IsCompleted;
    }

    private async Task<string> AnswerAsync(Attempt attempt, StepAnswer answer)
    {
        var message = answers.Of(attempt.Claim.Work, attempt.Claim.Envelope, ref answer, attempt.Agent);
        var unknown = false;
        for (
            var pause = TimeSpan.FromMilliseconds(50);
            attempt.Cause != StopCause.LeaseLost;
            pause = pause < MaxPause ? pause * 2 : MaxPause
        )
        {
            try
            {
                await using var work = units.Create();
                claims.Close(work, attempt.Claim);
                work.Send(message);
                await work.CommitAsync(CancellationToken.None);
                return answer.Outcome;
            }
            catch (GuardFailedException)
            {
                // A commit whose end we did not see may have been ours.
                return unknown && await claims.IsClosedAsync(attempt.Claim, CancellationToken.None) ? answer.Outcome : Fenced(attempt);
            }
            catch (Exception exception)
            {
                unknown = true;
                logger.AnswerPostponed(exception, attempt.Claim.Work.StepId, attempt.Claim.Work.RunId, pause.TotalMilliseconds);
                await Task.Delay(pause, time, CancellationToken.None);
            }
        }

        return Fenced(attempt);
    }

    private async Task<string> HandBackAsync(Attempt attempt)
    {
        try
        {
            await claims.HandBackAsync(attempt.Claim, CancellationToken.None);
            logger.HandedBack(attempt.Agent.Type, attempt.Claim.Work.StepId, attempt.Claim.Work.RunId);
        }
        catch (Exception exception)
        {
            logger.HandBackFailed(exception, attempt.Claim.Work.StepId, attempt.Claim.Work.RunId);
        }

        return "handed-back";
    }

    private async Task ReportAsync(Attempt attempt, int? percent, string? note, CancellationToken cancellationToken)
    {
        attempt.Stopped.ThrowIfCancellationRequested();
        var step = attempt.Claim.Work;
        var askedAt = time.GetTimestamp();
        try
        {
            await using var work = units.Create();
            claims.Extend(work, attempt.Claim);
            if (step.Round is null)
            {
                work.Send(answers.Progress(step, attempt.Claim.Envelope, attempt.Agent, percent, note));
            }

            await work.CommitAsync(cancellationToken);
            attempt.Renewed(askedAt);
        }
        catch (GuardFailedException fenced)
        {
            attempt.Stop(StopCause.LeaseLost);
            throw new OperationCanceledException("The claim was taken over: stop.", fenced, attempt.Stopped);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A sign of life that cannot be stored is not worth the attempt.
            logger.ProgressLost(exception, step.StepId, step.RunId);
        }
    }

    private string Fenced(Attempt attempt)
    {
        metrics.Fenced(attempt.Agent.Type);
        logger.Fenced(attempt.Agent.Type, attempt.Claim.Work.StepId, attempt.Claim.Work.RunId, attempt.Claim.Epoch);
        return "fenced";
    }
}
