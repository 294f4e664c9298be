using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

/// <summary>
/// What a run does next: the whole life of a run as pure functions. No clock, no randomness, no I/O; the same state, message and context
/// always give the same decision.
/// <list type="number">
/// <item>A step is sent to its agent type as soon as all its dependencies are done; independent steps run side by side.</item>
/// <item>A step asked of several agents is done when all of them say the same; where they differ, or where a step needs a decision first, voters decide.</item>
/// <item>A failed attempt is tried again after a random pause (full jitter) as its policy allows. An optional step that fails for good only takes
/// its dependents with it.</item>
/// <item>When any other step fails for good before the pivot is done, or the run is cancelled or its deadline passes, running steps are stopped;
/// then the completed steps that can be undone are undone one at a time, the last completed first.</item>
/// <item>Once the pivot is done nothing is undone: transient failures are tried again until the deadline, a permanent one leaves the run
/// partial.</item>
/// <item>Whatever happens, one terminal event is published, at the latest <see cref="RunLimits.ExpiredWindow"/> after the deadline.</item>
/// </list>
/// </summary>
public static class RunRules
{
    /// <summary>Starts a run whose plan has passed <see cref="PlanCheck"/>.</summary>
    public static Decision Start(SubmitRun submission, RunContext context)
    {
        var plan = SeveralAgents.Expand(submission.Plan);
        var deadline = plan.DeadlineMs is { } ms ? TimeSpan.FromMilliseconds(ms) : context.Limits.DefaultDeadline;
        var turn = new RunTurn(
            new RunState
            {
                RunId = submission.RunId,
                Plan = plan,
                PlanHash = PlanHash.Of(submission.Plan),
                Requester = submission.Requester,
                Steps = [.. plan.Steps.Select(s => new StepState { Id = s.Id, AgentType = s.AgentType })],
                StartedAt = context.Now,
                DeadlineAt = context.Now + deadline,
            },
            context
        );
        turn.Record("accepted", data: [("plan", plan.Name), ("requester", submission.Requester)]);
        turn.Publish(new RunAccepted { RunId = submission.RunId });
        turn.Advance();
        return turn.Decide(before: null);
    }

    /// <summary>
    /// Takes any message of a run, at any time and in any order. One that comes too late or does not fit leaves the run as it is and is named in
    /// <see cref="Decision.Refusal"/>.
    /// </summary>
    public static Decision Decide(RunState state, IRunMessage message, RunContext context)
    {
        var turn = new RunTurn(state, context);
        switch (message)
        {
            case SubmitRun submission:
                turn.Submitted(submission);
                break;
            case StepCompleted completed when turn.IsCurrent(completed, StepStatus.Dispatched):
                turn.StepCompleted(completed);
                break;
            case StepFailed failed when turn.IsCurrent(failed, StepStatus.Dispatched):
                turn.StepFailed(failed.StepId, failed.Class, failed.Reason, failed.Detail, failed.IncidentId, failed.RetryAfterMs);
                break;
            case StepFailed failed when turn.IsCurrent(failed, StepStatus.Compensating):
                turn.CompensationFailed(failed.StepId, failed.Class, failed.Reason, failed.Detail, failed.IncidentId);
                break;
            case StepCompensated compensated when turn.IsCurrent(compensated, StepStatus.Compensating):
                turn.StepCompensated(compensated);
                break;
            case InputRequired question when turn.IsCurrent(question, StepStatus.Dispatched):
                turn.InputRequired(question);
                break;
            case InputAnswered answer when turn.IsOpen(answer):
                turn.InputAnswered(answer);
                break;
            case RunBallotDecided decided when turn.IsVotedOn(decided):
                turn.BallotDecided(decided);
                break;
            case StepProgress progress:
                turn.Progress(progress);
                break;
            case CancelRun cancel when !state.IsTerminal:
                turn.CancelRequested(cancel);
                break;
            case RunTimerDue due:
                turn.TimerDue(due);
                break;
            default:
                turn.Stale(message);
                break;
        }
        return turn.Decide(state);
    }
}
