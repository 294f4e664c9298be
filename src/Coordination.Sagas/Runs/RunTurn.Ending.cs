using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

// The ways to an early end: stop what runs, undo what is done, say what became of it.
internal sealed partial class RunTurn
{
    public void StepCompensated(StepCompensated message)
    {
        Update(message.StepId, s => s with { Status = StepStatus.Compensated, InDoubt = false, WaitEndsAt = null, EndedAt = context.Now });
        Record("step-compensated", message.StepId, message.Attempt);
        ContinueEnding();
    }

    public void CompensationFailed(string id, string failureClass, string reason, string? detail, string? incidentId)
    {
        if (reason == ReasonCode.InDoubt)
            Update(id, s => s with { InDoubt = true });
        var policy = plan[id].Compensation!.Retry ?? context.Limits.DefaultRetry;
        if (IsRetryable(failureClass) && At(id).Failures + 1 < policy.MaxAttempts)
        {
            RetryLater(id, StepStatus.CompensationWait, policy, reason, detail, incidentId);
            return;
        }
        Update(
            id,
            s =>
                s with
                {
                    Status = StepStatus.CompensationFailed,
                    Reason = reason,
                    Detail = detail,
                    IncidentId = incidentId,
                    WaitEndsAt = null,
                    EndedAt = context.Now,
                }
        );
        Record("compensation-failed", id, At(id).Attempt, [("reason", reason), ("detail", detail), ("incident", incidentId)]);
        // What could not be undone may be what the earlier steps stand on: nothing further is touched, a person decides (WAL-10).
        run = run with
        {
            Reason = ReasonCode.CompensationFailed,
        };
        Finish(RunStatus.Failed);
    }

    /// <summary>A step failed for good.</summary>
    private void Fail(string id, string reason, string? detail, string? incidentId)
    {
        Update(
            id,
            s =>
                s with
                {
                    Status = StepStatus.Failed,
                    Reason = reason,
                    Detail = detail,
                    IncidentId = incidentId,
                    Question = null,
                    WaitEndsAt = null,
                    EndedAt = context.Now,
                }
        );
        Record("step-failed", id, At(id).Attempt, [("reason", reason), ("detail", detail), ("incident", incidentId)]);
        if (run.Ending is null && plan[id].Optional is not true && !run.PivotPassed)
            BeginEnding(RunStatus.Failed, reason, requestedBy: null, context.Limits.StopGrace, failedStep: id);
        else if (run.Reason is null && !IsOneOfSeveral(At(id)))
            run = run with { Reason = reason, FailedStep = id };
    }

    /// <summary>A step answered, in whatever way, after it was asked to stop.</summary>
    private void Stopped(string id, string reason, string? detail, string? incidentId)
    {
        Update(
            id,
            s =>
                s with
                {
                    Status = StepStatus.Cancelled,
                    Reason = reason,
                    Detail = detail,
                    IncidentId = incidentId,
                    WaitEndsAt = null,
                    EndedAt = context.Now,
                }
        );
        Record("step-stopped", id, At(id).Attempt, [("reason", reason), ("incident", incidentId)]);
    }

    private void DeadlinePassed()
    {
        Record("deadline-passed");
        var stopBy = context.Now + context.Limits.ExpiredStopGrace;
        if (run.Ending is null)
            BeginEnding(RunStatus.Expired, ReasonCode.DeadlineExceeded, requestedBy: null, context.Limits.ExpiredStopGrace);
        run = run with
        {
            Ending = run.Ending! with
            {
                StopBy = Earlier(run.Ending!.StopBy, stopBy),
                WindowEndsAt = context.Now + context.Limits.ExpiredWindow,
            },
        };
        ContinueEnding();
    }

    private void WindowEnded()
    {
        ForceStop();
        // An attempt to undo something that is on its way is not called back: late is better than never. Its answer is recorded as stale.
        foreach (var step in run.Steps.Where(s => s.Status is StepStatus.Compensating or StepStatus.CompensationWait))
        {
            Update(
                step.Id,
                s =>
                    s with
                    {
                        Status = StepStatus.CompensationFailed,
                        InDoubt = s.InDoubt || s.Status == StepStatus.Compensating,
                        Reason = ReasonCode.DeadlineExceeded,
                        Detail = "not undone in time",
                        WaitEndsAt = null,
                        EndedAt = context.Now,
                    }
            );
            Record("compensation-failed", step.Id, step.Attempt, [("reason", ReasonCode.DeadlineExceeded)]);
        }
        if (NotCompensated().Count > 0 && run.Ending!.Outcome == RunStatus.Failed)
            run = run with { Reason = ReasonCode.CompensationFailed };
        Finish(run.Ending!.Outcome);
    }

    private void BeginEnding(RunStatus outcome, string reason, string? requestedBy, TimeSpan grace, string? failedStep = null)
    {
        run = run with
        {
            Reason = reason,
            FailedStep = failedStep,
            Status = outcome == RunStatus.Cancelled ? RunStatus.Cancelling : RunStatus.Compensating,
            Ending = new RunEnding
            {
                Outcome = outcome,
                RequestedBy = requestedBy,
                StopBy = context.Now + grace,
            },
        };
        foreach (var step in run.Steps)
        {
            switch (step.Status)
            {
                case StepStatus.Pending:
                    Update(step.Id, s => s with { Status = StepStatus.Skipped, Reason = reason, EndedAt = context.Now });
                    Record("step-skipped", step.Id, data: [("because", run.FailedStep), ("reason", reason)]);
                    break;
                case StepStatus.BallotWait:
                    actions.Add(new RunAction.CancelBallot(step.BallotId!.Value, requestedBy ?? run.Requester));
                    Stopped(step.Id, step.Reason ?? reason, step.Detail, step.IncidentId);
                    break;
                case StepStatus.RetryWait or StepStatus.InputWait:
                    Update(step.Id, s => s with { Question = null });
                    Stopped(step.Id, step.Reason ?? reason, step.Detail, step.IncidentId);
                    break;
                case StepStatus.Dispatched:
                    actions.Add(new RunAction.CancelStep(step.Id, step.Attempt, plan[step.Id].AgentType, Force: false));
                    break;
            }
        }
    }

    /// <summary>Gives up waiting for running steps: what they did is not known.</summary>
    private void ForceStop()
    {
        foreach (var step in run.Steps.Where(s => s.Status == StepStatus.Dispatched))
        {
            actions.Add(new RunAction.CancelStep(step.Id, step.Attempt, plan[step.Id].AgentType, Force: true));
            Update(step.Id, s => s with { InDoubt = true });
            Stopped(step.Id, run.Reason ?? ReasonCode.Cancelled, "did not answer the request to stop", incidentId: null);
        }
    }

    /// <summary>The next move of an early end: wait for what runs, else undo the step completed last, else finish.</summary>
    private void ContinueEnding()
    {
        if (
            run.IsTerminal
            || run.Steps.Any(s => s.Status is StepStatus.Dispatched or StepStatus.Compensating or StepStatus.CompensationWait)
        )
            return;
        if (run.PivotPassed)
        {
            // The pivot was done before it could be stopped: the run has succeeded too far to be called failed.
            Finish(run.Ending!.Outcome == RunStatus.Failed ? RunStatus.Partial : run.Ending.Outcome);
        }
        else if (run.Steps.Any(s => s.InDoubt && plan[s.Id].Pivot is true))
        {
            // Perhaps the point of no return is passed, perhaps not: undoing could be as wrong as going on. A person decides.
            run = run with
            {
                Reason = ReasonCode.InDoubt,
            };
            Finish(run.Ending!.Outcome);
        }
        else if (ToUndo().FirstOrDefault() is { } next)
        {
            run = run with { Status = RunStatus.Compensating };
            Compensate(next.Id);
        }
        else
        {
            Finish(run.Ending!.Outcome);
        }
    }

    private void Compensate(string id)
    {
        var undo = plan[id].Compensation!;
        // A message that cannot be made would undo this decision, and with it every later one: the run would never end.
        if (UndoBytes(id, undo) is var bytes && bytes > context.Limits.MaxCompensationBytes)
        {
            CompensationFailed(
                id,
                FailureClass.Permanent,
                ReasonCode.ContractInvalid,
                $"input and output have {bytes} bytes together; at most {context.Limits.MaxCompensationBytes} fit into the order to undo",
                incidentId: null
            );
            return;
        }
        var timeout = TimeoutOf(undo.TimeoutMs);
        var sent = Update(
            id,
            s =>
                s with
                {
                    Status = StepStatus.Compensating,
                    Attempt = s.Attempt + 1,
                    Percent = null,
                    Note = null,
                    WaitEndsAt = context.Now + timeout + context.Limits.QueueAllowance,
                }
        );
        actions.Add(new RunAction.Compensate(id, sent.Attempt, timeout));
        Record("step-compensating", id, sent.Attempt);
    }

    private int UndoBytes(string id, CompensationPlan undo) =>
        JsonSize.AsSent(undo.Input ?? StepInput.Resolve(plan[id], Outputs()).Input) + JsonSize.AsSent(At(id).Output);

    private IEnumerable<StepState> ToUndo() =>
        run.Steps.Where(s => s.Status == StepStatus.Done && plan[s.Id].Compensation is not null).OrderByDescending(s => s.CompletedAs);
}
