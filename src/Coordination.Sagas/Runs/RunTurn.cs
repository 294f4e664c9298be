using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

/// <summary>One message's way through a run: collects the next state and the actions. Lives for one decision only.</summary>
internal sealed partial class RunTurn(RunState state, RunContext context)
{
    private readonly List<RunAction> actions = [];
    private readonly Dictionary<string, PlanStep> plan = state.Plan.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
    private readonly Dictionary<string, int> index = state
        .Steps.Select((s, i) => (s.Id, i))
        .ToDictionary(s => s.Id, s => s.i, StringComparer.Ordinal);
    private RunState run = state;
    private RunTimer? fired;
    private string? refusal;
    private string? refusalDetail;

    public Decision Decide(RunState? before)
    {
        actions.AddRange(RunTimers.Changes(before, run, fired, context.Now));
        return new Decision
        {
            Next = run,
            Actions = actions,
            Refusal = refusal,
            RefusalDetail = refusalDetail,
        };
    }

    public bool IsCurrent(IStepMessage message, StepStatus status) =>
        !run.IsTerminal && run.Find(message.StepId) is { } step && step.Status == status && step.Attempt == message.Attempt;

    public bool IsOpen(InputAnswered answer) =>
        !run.IsTerminal
        && run.Find(answer.StepId) is { Status: StepStatus.InputWait } step
        && step.Question?.QuestionId == answer.QuestionId;

    /// <summary>A second submission of the same run.</summary>
    public void Submitted(SubmitRun submission)
    {
        if (PlanHash.Of(submission.Plan) == run.PlanHash)
        {
            Publish(new RunAccepted { RunId = run.RunId, JoinedRunId = run.RunId });
            Record("joined", data: [("requester", submission.Requester)]);
            return;
        }
        var detail = $"run {run.RunId} was submitted before with another plan; take a new run id for new work";
        Refuse(ReasonCode.IdempotencyConflict, detail);
        Publish(
            new RunRejected
            {
                RunId = run.RunId,
                Reason = ReasonCode.IdempotencyConflict,
                Problems =
                [
                    new Problem
                    {
                        Code = ReasonCode.IdempotencyConflict,
                        Path = "runId",
                        Message = detail,
                    },
                ],
            }
        );
    }

    public void Progress(StepProgress progress)
    {
        if (IsCurrent(progress, StepStatus.Dispatched) || IsCurrent(progress, StepStatus.Compensating))
            Update(progress.StepId, s => s with { Percent = progress.Percent, Note = progress.Note });
        else
            Refuse(ReasonCode.StaleGeneration, $"progress of attempt {progress.Attempt} of step '{progress.StepId}', which does not run");
    }

    public void CancelRequested(CancelRun cancel)
    {
        Record(
            "cancel-requested",
            data: [("by", cancel.RequestedBy), ("note", cancel.Note), ("force", cancel.Force is true ? "true" : null)]
        );
        if (run.Ending is null)
            BeginEnding(RunStatus.Cancelled, ReasonCode.Cancelled, cancel.RequestedBy, context.Limits.StopGrace);
        if (cancel.Force is true)
            ForceStop();
        ContinueEnding();
    }

    public void TimerDue(RunTimerDue due)
    {
        if (RunTimer.Parse(due.Kind) is not { } kind)
        {
            Refuse(ReasonCode.ContractInvalid, $"unknown timer kind '{due.Kind}'");
            return;
        }
        var timer = new RunTimer(kind, due.StepId, due.Attempt);
        // Overtaken while it was on its way: what it waited for has happened.
        if (!RunTimers.Of(run).ContainsKey(timer))
            return;
        fired = timer;
        switch (kind)
        {
            case RunTimerKind.Deadline:
                DeadlinePassed();
                break;
            case RunTimerKind.Window:
                WindowEnded();
                break;
            case RunTimerKind.Stop:
                ForceStop();
                ContinueEnding();
                break;
            case RunTimerKind.Timeout:
                TimedOut(At(due.StepId!));
                break;
            case RunTimerKind.Retry when At(due.StepId!).Status == StepStatus.RetryWait:
                Dispatch(due.StepId!);
                Advance();
                break;
            case RunTimerKind.Retry:
                Compensate(due.StepId!);
                break;
            case RunTimerKind.Question when context.Now >= run.DeadlineAt:
                DeadlinePassed();
                break;
            case RunTimerKind.Question:
                Fail(due.StepId!, ReasonCode.DeadlineExceeded, "nobody answered the question in time", incidentId: null);
                Advance();
                break;
        }
    }

    /// <summary>A message for an attempt, a question or a run that is over: recorded, and without effect (STA-03).</summary>
    public void Stale(IRunMessage message)
    {
        var (stepId, attempt) = message switch
        {
            IStepMessage step => (step.StepId, step.Attempt),
            InputAnswered answer => (answer.StepId, (int?)null),
            RunBallotDecided decided => (decided.StepId, null),
            _ => ((string?)null, (int?)null),
        };
        if (stepId is not null && run.Find(stepId) is null)
        {
            Refuse(ReasonCode.ContractInvalid, $"the plan has no step '{stepId}'");
            return;
        }
        var now =
            stepId is not null && !run.IsTerminal
                ? $"step '{stepId}' is {RunJson.NameOf(At(stepId).Status)} at attempt {At(stepId).Attempt}"
                : $"the run is {RunJson.NameOf(run.Status)}";
        Refuse(
            ReasonCode.StaleGeneration,
            $"{message.GetType().Name}{(attempt is null ? "" : $" of attempt {attempt}")} came too late: {now}"
        );
        Record("stale", stepId, attempt, [("message", message.GetType().Name), ("reason", ReasonCode.StaleGeneration)]);
    }

    public void Publish(IRunMessage message) => actions.Add(new RunAction.Publish(message));

    public void Record(string type, string? stepId = null, int? attempt = null, (string Name, string? Value)[]? data = null)
    {
        run = run with { HistoryCount = run.HistoryCount + 1 };
        var particulars = (data ?? []).Where(d => d.Value is not null).ToDictionary(d => d.Name, d => d.Value!, StringComparer.Ordinal);
        actions.Add(new RunAction.Record(new HistoryEntry(run.HistoryCount, type, stepId, attempt, particulars)));
    }

    private void Refuse(string reason, string detail) => (refusal, refusalDetail) = (reason, detail);

    private StepState At(string id) => run.Steps[index[id]];

    private StepState Update(string id, Func<StepState, StepState> change)
    {
        var changed = change(At(id));
        run = run with { Steps = run.Steps.SetItem(index[id], changed) };
        return changed;
    }

    private Dictionary<string, JsonElement> Outputs() =>
        run.Steps.Where(s => s.Output is not null).ToDictionary(s => s.Id, s => s.Output!.Value, StringComparer.Ordinal);

    private int StoredBytes => run.Steps.Sum(s => s.StoredBytes);
}
