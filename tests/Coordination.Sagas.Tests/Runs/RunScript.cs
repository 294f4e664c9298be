using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Runs;

namespace Coordination.Sagas.Tests.Runs;

/// <summary>Drives one run by hand: says what happens, keeps state, timers and everything that was decided.</summary>
internal sealed class RunScript
{
    private readonly RunLimits limits;

    public RunScript(RunPlan plan, RunLimits? limits = null, double jitter = 0.5)
    {
        this.limits = limits ?? new RunLimits();
        Jitter = jitter;
        Submission = plan.Submit();
        State = null!;
        Apply(RunRules.Start(Submission, Context));
    }

    public SubmitRun Submission { get; }
    public RunState State { get; private set; }
    public DateTimeOffset Now { get; private set; } = DateTimeOffset.UnixEpoch;
    public double Jitter { get; set; }
    public Dictionary<RunTimer, DateTimeOffset> Timers { get; } = [];
    public List<RunAction> All { get; } = [];

    /// <summary>Actions of the last decision.</summary>
    public IReadOnlyList<RunAction> Last { get; private set; } = [];
    public string? Refusal { get; private set; }

    public IReadOnlyList<string> Sent => [.. Last.OfType<RunAction.Dispatch>().Select(d => $"{d.StepId}/{d.Attempt}")];
    public IReadOnlyList<string> Undoing => [.. Last.OfType<RunAction.Compensate>().Select(d => $"{d.StepId}/{d.Attempt}")];
    public IReadOnlyList<string> Stopping =>
        [.. Last.OfType<RunAction.CancelStep>().Select(d => $"{d.StepId}/{d.Attempt}{(d.Force ? " force" : "")}")];
    public IReadOnlyList<IRunMessage> Terminal =>
        [
            .. All.OfType<RunAction.Publish>()
                .Select(p => p.Message)
                .Where(m => m is RunCompleted or RunPartial or RunFailed or RunCancelled or RunExpired),
        ];

    private RunContext Context => new(Now, Jitter, limits);

    public RunScript Receive(IRunMessage message)
    {
        Apply(RunRules.Decide(State, message, Context));
        return this;
    }

    public RunScript Complete(string step, string output = "{}", int? attempt = null) =>
        Receive(
            new StepCompleted
            {
                RunId = State.RunId,
                StepId = step,
                Attempt = attempt ?? State[step].Attempt,
                Output = Plans.Json(output),
            }
        );

    public RunScript FailStep(string step, string failureClass = FailureClass.Permanent, int? attempt = null) =>
        Receive(
            new StepFailed
            {
                RunId = State.RunId,
                StepId = step,
                Attempt = attempt ?? State[step].Attempt,
                Class = failureClass,
                Reason = ReasonCode.NonRetryable,
                IncidentId = "i1",
                Compensating = State[step].Status == StepStatus.Compensating ? true : null,
            }
        );

    public RunScript Compensated(string step) =>
        Receive(
            new StepCompensated
            {
                RunId = State.RunId,
                StepId = step,
                Attempt = State[step].Attempt,
            }
        );

    public RunScript Ask(string step, string question, long? deadlineMs = null) =>
        Receive(
            new InputRequired
            {
                RunId = State.RunId,
                StepId = step,
                Attempt = State[step].Attempt,
                QuestionId = question,
                Question = "?",
                DeadlineMs = deadlineMs,
            }
        );

    public RunScript Answer(string step, string question, string answer = "true") =>
        Receive(
            new InputAnswered
            {
                RunId = State.RunId,
                StepId = step,
                QuestionId = question,
                Answer = Plans.Json(answer),
                AnsweredBy = "person",
            }
        );

    public RunScript Cancel(bool force = false) =>
        Receive(
            new CancelRun
            {
                RunId = State.RunId,
                RequestedBy = "person",
                Force = force,
            }
        );

    /// <summary>Moves the clock to the next timer and lets it fire.</summary>
    public RunScript FireNext()
    {
        var (timer, due) = Timers.OrderBy(t => t.Value).ThenBy(t => t.Key.Kind).ThenBy(t => t.Key.StepId, StringComparer.Ordinal).First();
        return Fire(timer, due);
    }

    /// <summary>Moves the clock to this timer and lets it fire.</summary>
    public RunScript Fire(RunTimerKind kind, string? step = null) =>
        Timers.Single(t => t.Key.Kind == kind && t.Key.StepId == step) is var t ? Fire(t.Key, t.Value) : this;

    public RunScript Wait(TimeSpan time)
    {
        Now += time;
        return this;
    }

    public RunScript Fire(RunTimer timer, DateTimeOffset due)
    {
        Now = due > Now ? due : Now;
        Timers.Remove(timer);
        return Receive(
            new RunTimerDue
            {
                RunId = State.RunId,
                Kind = timer.KindName,
                StepId = timer.StepId,
                Attempt = timer.Attempt,
            }
        );
    }

    private void Apply(Decision decision)
    {
        State = decision.Next;
        Last = decision.Actions;
        Refusal = decision.Refusal;
        All.AddRange(decision.Actions);
        foreach (var action in decision.Actions)
        {
            switch (action)
            {
                case RunAction.SetTimer set:
                    Timers.Add(set.Timer, Now + set.Delay);
                    break;
                case RunAction.MoveTimer move:
                    Timers.ContainsKey(move.Timer).ShouldBeTrue();
                    Timers[move.Timer] = Now + move.Delay;
                    break;
                case RunAction.ClearTimer clear:
                    Timers.Remove(clear.Timer).ShouldBeTrue();
                    break;
            }
        }
    }
}
