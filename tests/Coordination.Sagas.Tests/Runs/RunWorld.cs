using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Runs;

namespace Coordination.Sagas.Tests.Runs;

/// <summary>A tiny world around one run: workers, persons, timers and a bad network, driven by numbers. Checks every decision.</summary>
internal sealed class RunWorld
{
    private static readonly string[] Classes =
    [
        FailureClass.Transient,
        FailureClass.Permanent,
        FailureClass.Timeout,
        FailureClass.Cancelled,
    ];

    private readonly RunLimits limits = new() { MaxQuestions = 3 };
    private readonly SubmitRun submission;
    private readonly Dictionary<string, PlanStep> plan;
    private readonly Dictionary<RunTimer, DateTimeOffset> timers = [];
    private readonly List<(string Step, int Attempt, bool Undo)> atWorkers = [];
    private readonly List<IRunMessage> delivered = [];
    private readonly Dictionary<string, int> dispatches = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> forwardAfterPivot = new(StringComparer.Ordinal);
    private readonly List<string> undoOrder = [];
    private RunState state;
    private DateTimeOffset now = DateTimeOffset.UnixEpoch;
    private double jitter;
    private int terminalEvents;
    private int history;

    public RunWorld(RunPlan plan)
    {
        submission = plan.Submit();
        this.plan = plan.Steps.ToDictionary(s => s.Id);
        state = null!;
        Take(() => RunRules.Start(submission, new RunContext(now, jitter, limits)), null);
    }

    public void Happen(int choice)
    {
        now += TimeSpan.FromMilliseconds(choice % 7);
        jitter = choice % 97 / 97.0;
        var kind = choice % 16;
        var pick = choice / 16;
        if (kind <= 8 && atWorkers.Count > 0)
            Answer(atWorkers[pick % atWorkers.Count], kind, pick);
        else if (kind <= 10 && delivered.Count > 0)
            Deliver(delivered[pick % delivered.Count]);
        else if (kind == 11 && timers.Count > 0)
            Fire(timers.OrderBy(t => t.Value).First());
        else if (kind == 12)
            Deliver(
                new StepCompleted
                {
                    RunId = state.RunId,
                    StepId = $"s{pick % 10}",
                    Attempt = pick % 5,
                    Output = Plans.Json("1"),
                }
            );
        else if (kind == 13 && pick % 4 == 0)
            Deliver(
                new CancelRun
                {
                    RunId = state.RunId,
                    RequestedBy = "p",
                    Force = pick % 8 == 0,
                }
            );
        else if (kind == 14)
            Deliver(pick % 2 == 0 ? submission : submission with { Plan = submission.Plan with { Name = "other" } });
        else if (kind == 15 && state.Steps.FirstOrDefault(s => s.Status == StepStatus.InputWait) is { } waiting)
            Deliver(
                new InputAnswered
                {
                    RunId = state.RunId,
                    StepId = waiting.Id,
                    QuestionId = waiting.Question!.QuestionId,
                    Answer = Plans.Json("1"),
                    AnsweredBy = "p",
                }
            );
    }

    /// <summary>Nobody answers any more: timers alone must bring the run to its end.</summary>
    public void LetEveryTimerFire()
    {
        var steps = 0;
        while (!state.IsTerminal)
        {
            timers.ShouldNotBeEmpty("a run that is not terminal waits for something");
            (++steps).ShouldBeLessThan(5_000);
            Fire(timers.OrderBy(t => t.Value).ThenBy(t => t.Key.Kind).First());
        }
        terminalEvents.ShouldBe(1);
        now.ShouldBeLessThanOrEqualTo(state.DeadlineAt.AddSeconds(10));
        foreach (var message in delivered.ToArray())
            Deliver(message);
        terminalEvents.ShouldBe(1);
        Deliver(submission);
    }

    private void Answer((string Step, int Attempt, bool Undo) work, int kind, int pick)
    {
        var (step, attempt, undo) = work;
        if (kind != 8)
            atWorkers.Remove(work);
        Deliver(
            kind switch
            {
                <= 3 when undo => new StepCompensated
                {
                    RunId = state.RunId,
                    StepId = step,
                    Attempt = attempt,
                },
                <= 3 => new StepCompleted
                {
                    RunId = state.RunId,
                    StepId = step,
                    Attempt = attempt,
                    Output = Plans.Json("1"),
                },
                7 when !undo => new InputRequired
                {
                    RunId = state.RunId,
                    StepId = step,
                    Attempt = attempt,
                    QuestionId = $"q{pick % 3}",
                    Question = "?",
                    DeadlineMs = pick % 2 == 0 ? null : pick % 100_000,
                },
                8 => new StepProgress
                {
                    RunId = state.RunId,
                    StepId = step,
                    Attempt = attempt,
                },
                _ => new StepFailed
                {
                    RunId = state.RunId,
                    StepId = step,
                    Attempt = attempt,
                    Class = Classes[pick % 4],
                    Reason = ReasonCode.NonRetryable,
                    IncidentId = "i",
                    Compensating = undo ? true : null,
                },
            }
        );
    }

    private void Fire(KeyValuePair<RunTimer, DateTimeOffset> timer)
    {
        now = timer.Value > now ? timer.Value : now;
        timers.Remove(timer.Key);
        var due = new RunTimerDue
        {
            RunId = state.RunId,
            Kind = timer.Key.KindName,
            StepId = timer.Key.StepId,
            Attempt = timer.Key.Attempt,
        };
        Deliver(due);
    }

    private void Deliver(IRunMessage message)
    {
        var before = state;
        delivered.Add(message);
        Take(() => RunRules.Decide(before, message, new RunContext(now, jitter, limits)), before);
    }

    private void Take(Func<Decision> decide, RunState? before)
    {
        var decision = decide();
        var again = decide();
        Text(again).ShouldBe(Text(decision), "the same decision twice");
        state = decision.Next;
        foreach (var action in decision.Actions)
            Check(action, before);
        timers
            .OrderBy(t => t.Key.ToString())
            .ShouldBe(RunTimers.Of(state).OrderBy(t => t.Key.ToString()), "stored timers are those the state needs");
        foreach (var step in state.Steps.Where(s => !state.IsTerminal && IsWaiting(s.Status)))
            timers.Keys.ShouldContain(t => t.StepId == step.Id && t.Attempt == step.Attempt);
        state.Steps.Count(s => s.Status is StepStatus.Compensating or StepStatus.CompensationWait).ShouldBeLessThanOrEqualTo(1);
        if (decision.Refusal is not null)
            (state with { HistoryCount = 0 }).ShouldBe(before! with { HistoryCount = 0 });
        var row = new RunSaga { CorrelationId = state.RunId };
        row.Store(state);
        Text(row.Load()).ShouldBe(Text(state), "what is stored comes back as it was");
    }

    private void Check(RunAction action, RunState? before)
    {
        switch (action)
        {
            case RunAction.Dispatch dispatch:
                before?.IsTerminal.ShouldBeFalse();
                before?.Ending.ShouldBeNull("nothing new starts once the run is being ended");
                dispatch.Attempt.ShouldBe(1 + dispatches.GetValueOrDefault(dispatch.StepId));
                dispatches[dispatch.StepId] = dispatch.Attempt;
                foreach (var dependency in plan[dispatch.StepId].DependsOn!)
                    state[dependency].Status.ShouldBe(StepStatus.Done);
                if (!state.PivotPassed || plan[dispatch.StepId].Optional is true)
                    dispatch.Attempt.ShouldBeLessThanOrEqualTo(
                        plan[dispatch.StepId].Retry!.MaxAttempts
                            + state[dispatch.StepId].Questions
                            + forwardAfterPivot.GetValueOrDefault(dispatch.StepId)
                    );
                else
                    forwardAfterPivot[dispatch.StepId] = dispatch.Attempt;
                atWorkers.Add((dispatch.StepId, dispatch.Attempt, false));
                break;
            case RunAction.Compensate undo:
                before!.IsTerminal.ShouldBeFalse();
                state.PivotPassed.ShouldBeFalse();
                state.Steps.ShouldAllBe(s => s.Status != StepStatus.Dispatched);
                if (undoOrder.LastOrDefault() != undo.StepId)
                {
                    undoOrder.ShouldNotContain(undo.StepId);
                    undoOrder.Add(undo.StepId);
                    var rest = state.Steps.Where(s => s.Status == StepStatus.Done && plan[s.Id].Compensation is not null);
                    rest.ShouldAllBe(s => s.CompletedAs < state[undo.StepId].CompletedAs);
                }
                (undo.Attempt - dispatches[undo.StepId]).ShouldBeInRange(1, plan[undo.StepId].Compensation!.Retry!.MaxAttempts);
                atWorkers.Add((undo.StepId, undo.Attempt, true));
                break;
            case RunAction.CancelStep:
                before!.IsTerminal.ShouldBeFalse();
                break;
            case RunAction.SetTimer set:
                state.IsTerminal.ShouldBeFalse();
                timers.Add(set.Timer, now + set.Delay);
                break;
            case RunAction.MoveTimer move:
                timers.ContainsKey(move.Timer).ShouldBeTrue();
                timers[move.Timer] = now + move.Delay;
                break;
            case RunAction.ClearTimer clear:
                timers.Remove(clear.Timer).ShouldBeTrue();
                break;
            case RunAction.Record record:
                record.Entry.Sequence.ShouldBe(++history);
                break;
            case RunAction.Publish { Message: RunCompleted or RunPartial or RunFailed or RunCancelled or RunExpired } publish:
                (++terminalEvents).ShouldBe(1);
                (publish.Message is RunCompleted).ShouldBe(state.Ending is null && state.Steps.All(s => s.Status == StepStatus.Done));
                break;
        }
    }

    private static bool IsWaiting(StepStatus status) =>
        status
            is StepStatus.Dispatched
                or StepStatus.RetryWait
                or StepStatus.InputWait
                or StepStatus.Compensating
                or StepStatus.CompensationWait;

    private static string Text(Decision decision) =>
        Text(decision.Next)
        + string.Join('\n', decision.Actions.Select(a => JsonSerializer.Serialize<object>(a)))
        + decision.Refusal
        + decision.RefusalDetail;

    private static string Text(RunState run) =>
        JsonSerializer.Serialize(run, RunJson.Default.RunState)
        + string.Join('\n', run.Steps.Select(s => JsonSerializer.Serialize(StepContent.Of(s))));
}
