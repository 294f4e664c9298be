using System.Collections.Immutable;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

// The way forward: sending steps, taking their answers, trying again.
internal sealed partial class RunTurn
{
    /// <summary>Sends what is ready, leaves out what can no longer run, and ends the run when nothing is left to wait for.</summary>
    public void Advance()
    {
        if (run.Ending is not null)
        {
            ContinueEnding();
            return;
        }
        // A step that fails while its input is built may make further steps unreachable or end the run: look again until nothing changes.
        // Every round but the last takes at least one step out of Pending, so the plan's size bounds it.
        while (run.Ending is null && run.Steps.FirstOrDefault(IsMovable) is { } step)
        {
            if (BlockedBy(step) is { } cause)
            {
                Update(step.Id, s => s with { Status = StepStatus.Skipped, Reason = cause.Reason, EndedAt = context.Now });
                Record("step-skipped", step.Id, data: [("because", cause.Id), ("reason", cause.Reason)]);
            }
            else if (IsAskedOfSeveral(step.Id))
                Compare(step.Id);
            else
                Dispatch(step.Id);
        }
        if (run.Ending is not null)
            ContinueEnding();
        else if (
            !run.Steps.Any(s => s.Status is StepStatus.Dispatched or StepStatus.RetryWait or StepStatus.InputWait or StepStatus.BallotWait)
        )
            Finish(run.Steps.All(s => s.Status == StepStatus.Done || IsOneOfSeveral(s)) ? RunStatus.Completed : RunStatus.Partial);
    }

    public void StepCompleted(StepCompleted message)
    {
        var step = At(message.StepId);
        var bytes = JsonSize.Of(message.Output);
        var kept = StoredBytes + bytes;
        var detail =
            bytes > context.Limits.MaxOutputBytes
                ? $"the output has {bytes} bytes, at most {context.Limits.MaxOutputBytes} are allowed: return a reference instead"
            : kept > context.Limits.MaxStoredBytes
                ? $"the output has {bytes} bytes; with it the run would keep {kept} of at most {context.Limits.MaxStoredBytes}: return a reference instead"
            : null;
        if (detail is not null)
        {
            // The agent did its work and the run cannot use it.
            Update(step.Id, s => s with { InDoubt = true });
            Fail(step.Id, ReasonCode.ContractInvalid, detail, incidentId: null);
        }
        else
        {
            var missing = message.Missing is { Count: > 0 } lacks ? $"missing: {string.Join("; ", lacks)}" : null;
            var position = 1 + run.Steps.Max(s => s.CompletedAs ?? 0);
            Update(
                step.Id,
                s =>
                    s with
                    {
                        Status = StepStatus.Done,
                        Output = message.Output,
                        StoredBytes = s.StoredBytes + bytes,
                        CompletedAs = position,
                        InDoubt = false,
                        Missing = missing is null ? null : [.. message.Missing!],
                        Detail = missing ?? s.Detail,
                        Reason = missing is null ? s.Reason : ReasonCode.Degraded,
                        Failures = 0,
                        WaitEndsAt = null,
                        EndedAt = context.Now,
                    }
            );
            Record("step-completed", step.Id, message.Attempt, [("missing", missing)]);
        }
        Advance();
    }

    public void StepFailed(string id, string failureClass, string reason, string? detail, string? incidentId, long? retryAfterMs = null)
    {
        if (reason == ReasonCode.InDoubt)
            Update(id, s => s with { InDoubt = true });
        if (run.Ending is not null)
            Stopped(id, reason, detail, incidentId);
        else if (MayRetry(At(id), failureClass))
            RetryLater(id, StepStatus.RetryWait, PolicyOf(id), reason, detail, incidentId, retryAfterMs);
        else
            Fail(id, reason, detail, incidentId);
        Advance();
    }

    public void InputRequired(InputRequired question)
    {
        var step = IsDoubt(question.QuestionId) ? Update(question.StepId, s => s with { InDoubt = true }) : At(question.StepId);
        if (run.Ending is not null)
        {
            Stopped(step.Id, ReasonCode.Cancelled, detail: null, incidentId: null);
        }
        else if (step.Questions >= context.Limits.MaxQuestions)
        {
            Fail(step.Id, ReasonCode.LivelockStopped, $"asked more than {context.Limits.MaxQuestions} questions", incidentId: null);
        }
        else
        {
            var open = question.DeadlineMs is { } ms ? context.Now + Milliseconds(ms) : run.DeadlineAt;
            Update(
                step.Id,
                s =>
                    s with
                    {
                        Status = StepStatus.InputWait,
                        Reason = IsDoubt(question.QuestionId) ? ReasonCode.InDoubt : s.Reason,
                        Question = question,
                        Questions = s.Questions + 1,
                        WaitEndsAt = Earlier(open, run.DeadlineAt),
                    }
            );
            Record("question-asked", step.Id, question.Attempt, [("question", question.QuestionId)]);
        }
        Advance();
    }

    public void InputAnswered(InputAnswered answer)
    {
        var step = At(answer.StepId);
        var bytes = JsonSize.Of(answer.Answer);
        var answers = step.Answers ?? ImmutableSortedDictionary.Create<string, JsonElement>(StringComparer.Ordinal);
        if (
            StoredBytes + bytes > context.Limits.MaxStoredBytes
            || answers.Values.Sum(a => JsonSize.Of(a)) + bytes > context.Limits.MaxAnswerBytes
        )
        {
            Refuse(ReasonCode.ContractInvalid, $"the answer of {bytes} bytes is more than the run may keep: the question stays open");
            return;
        }
        Update(
            step.Id,
            s =>
                s with
                {
                    Answers = answers.SetItem(answer.QuestionId, answer.Answer),
                    StoredBytes = s.StoredBytes + bytes,
                    Question = null,
                    // Whoever answers knows; a step that is in doubt all the same says so again.
                    InDoubt = s.InDoubt && !IsDoubt(answer.QuestionId),
                }
        );
        Record("question-answered", step.Id, step.Attempt, [("question", answer.QuestionId), ("by", answer.AnsweredBy)]);
        Dispatch(step.Id);
        Advance();
    }

    private static bool IsDoubt(string questionId) =>
        questionId.StartsWith(Contracts.V1.InputRequired.EffectQuestion, StringComparison.Ordinal);

    private void TimedOut(StepState step)
    {
        var compensating = step.Status == StepStatus.Compensating;
        var agentType = compensating ? plan[step.Id].Compensation!.AgentType : plan[step.Id].AgentType;
        actions.Add(new RunAction.CancelStep(step.Id, step.Attempt, agentType, Force: true));
        Update(step.Id, s => s with { InDoubt = true });
        const string detail = "no answer within the attempt's time";
        if (compensating)
            CompensationFailed(step.Id, FailureClass.Timeout, ReasonCode.DeadlineExceeded, detail, incidentId: null);
        else
            StepFailed(step.Id, FailureClass.Timeout, ReasonCode.DeadlineExceeded, detail, incidentId: null);
    }

    private void Dispatch(string id)
    {
        if (context.Now >= run.DeadlineAt)
        {
            DeadlinePassed();
            return;
        }
        var step = plan[id];
        var resolved = StepInput.Resolve(step, Outputs());
        var fault = resolved.Fault;
        if (fault is null && JsonSize.Of(resolved.Input) is var bytes && bytes > context.Limits.MaxInputBytes)
            fault = $"the input has {bytes} bytes with the outputs it takes; at most {context.Limits.MaxInputBytes} are allowed";
        if (fault is not null)
        {
            Fail(id, ReasonCode.ContractInvalid, fault, incidentId: null);
            return;
        }
        if (step.Decision is { } decision && At(id).Decision is null)
        {
            AskForDecision(id, decision, resolved.Input!.Value);
            return;
        }
        // No attempt outlives its run.
        var timeout = Earlier(context.Now + TimeoutOf(step.TimeoutMs), run.DeadlineAt) - context.Now;
        var sent = Update(
            id,
            s =>
                s with
                {
                    Status = StepStatus.Dispatched,
                    Attempt = s.Attempt + 1,
                    Percent = null,
                    Note = null,
                    StartedAt = s.StartedAt ?? context.Now,
                    WaitEndsAt = context.Now + timeout + context.Limits.QueueAllowance,
                }
        );
        actions.Add(new RunAction.Dispatch(id, sent.Attempt, resolved.Input!.Value, timeout, sent.Answers, sent.Decision));
        Record("step-dispatched", id, sent.Attempt);
    }

    private bool IsMovable(StepState step) =>
        step.Status == StepStatus.Pending
        && (
            BlockedBy(step) is not null
            || DependenciesOf(step).All(d => d.Status == StepStatus.Done || (IsAskedOfSeveral(step.Id) && d.EndedAt is not null))
        );

    // A step asked of several agents goes on without those that failed; it is left out only together with all of them.
    private StepState? BlockedBy(StepState step) =>
        IsAskedOfSeveral(step.Id) && DependenciesOf(step).Any(d => d.Status is not StepStatus.Skipped)
            ? null
            : DependenciesOf(step).FirstOrDefault(d => d.Status is StepStatus.Failed or StepStatus.Skipped or StepStatus.Cancelled);

    private IEnumerable<StepState> DependenciesOf(StepState step) => (plan[step.Id].DependsOn ?? []).Select(id => At(id));

    private bool MayRetry(StepState step, string failureClass)
    {
        var mandatory = plan[step.Id].Optional is not true;
        return IsRetryable(failureClass) && (step.Failures + 1 < PolicyOf(step.Id).MaxAttempts || (run.PivotPassed && mandatory));
    }

    // "cancelled" without our asking: the worker gave the attempt up, not the work.
    private static bool IsRetryable(string failureClass) =>
        failureClass is FailureClass.Transient or FailureClass.Timeout or FailureClass.Cancelled;

    private void RetryLater(
        string id,
        StepStatus wait,
        RetryPolicy policy,
        string reason,
        string? detail,
        string? incidentId,
        long? retryAfterMs = null
    )
    {
        var failed = At(id);
        // The random part stays: all who were refused together would come back together otherwise.
        var delay = Milliseconds(retryAfterMs ?? 0) + Backoff(policy, failed.Failures + 1);
        Update(
            id,
            s =>
                s with
                {
                    Status = wait,
                    Failures = s.Failures + 1,
                    Reason = reason,
                    Detail = detail,
                    IncidentId = incidentId,
                    WaitEndsAt = context.Now + delay,
                }
        );
        Record(
            wait == StepStatus.RetryWait ? "step-retry" : "compensation-retry",
            id,
            failed.Attempt,
            [("reason", reason), ("detail", detail), ("incident", incidentId), ("delayMs", $"{delay.TotalMilliseconds:0}")]
        );
    }

    private TimeSpan Backoff(RetryPolicy policy, int failures)
    {
        var standard = context.Limits.DefaultRetry;
        var first = policy.BaseDelayMs ?? standard.BaseDelayMs ?? 200;
        var cap = policy.MaxDelayMs ?? standard.MaxDelayMs ?? 20_000;
        if (failures >= policy.MaxAttempts)
        {
            // Past the policy's own attempts, after the pivot, only the deadline ends the retries: a policy without pauses must not turn hot.
            first = Math.Max(first, standard.BaseDelayMs ?? 200);
            cap = Math.Max(cap, standard.MaxDelayMs ?? 20_000);
        }
        var ceiling = Math.Min(cap, first * Math.Pow(2, Math.Min(failures - 1, 40)));
        return TimeSpan.FromMilliseconds(ceiling * context.Jitter);
    }

    private RetryPolicy PolicyOf(string id) => plan[id].Retry ?? context.Limits.DefaultRetry;

    private TimeSpan TimeoutOf(long? timeoutMs) => timeoutMs is { } ms ? Milliseconds(ms) : context.Limits.DefaultTimeout;

    // Values from messages are clamped: a question may name any number.
    private TimeSpan Milliseconds(long ms) =>
        TimeSpan.FromMilliseconds(Math.Clamp(ms, 0, (long)context.Limits.MaxDeadline.TotalMilliseconds));

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
