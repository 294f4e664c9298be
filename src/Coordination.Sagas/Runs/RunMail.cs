using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;

namespace Coordination.Sagas.Runs;

/// <summary>Turns a decision's actions into messages and timers of the unit of work, each with its envelope.</summary>
internal sealed class RunMail(EnvelopeFactory envelopes, RunLimits limits)
{
    // A refusal must itself fit into a message.
    private const int MaxProblems = 200;

    public void Post(IUnitOfWork work, RunSaga saga, RunState run, IReadOnlyList<RunAction> actions, Envelope cause)
    {
        foreach (var action in actions)
        {
            switch (action)
            {
                case RunAction.Dispatch step:
                    Send(
                        work,
                        Wire.AgentEndpoint(run[step.StepId].AgentType),
                        Execute(run, step),
                        Step(saga, cause, step.StepId, step.Attempt, run.DeadlineAt)
                    );
                    break;
                case RunAction.Compensate undo:
                    var message = Undo(run, undo);
                    // Later than that the run has ended without it.
                    var latest = run.Ending?.WindowEndsAt ?? run.DeadlineAt + limits.ExpiredWindow;
                    Send(work, Wire.AgentEndpoint(message.AgentType), message, Step(saga, cause, undo.StepId, undo.Attempt, latest));
                    break;
                case RunAction.CancelStep stop:
                    Send(
                        work,
                        Wire.AgentEndpoint(stop.AgentType),
                        Stop(run, stop),
                        Step(saga, cause, stop.StepId, stop.Attempt, deadline: null)
                    );
                    break;
                case RunAction.OpenBallot open:
                    Send(work, Wire.BallotsEndpoint, open.Ballot, Of(saga, cause));
                    break;
                case RunAction.CancelBallot cancel:
                    Send(
                        work,
                        Wire.BallotsEndpoint,
                        new CancelBallot
                        {
                            BallotId = cancel.BallotId,
                            RequestedBy = cancel.RequestedBy,
                            Note = "the run ends",
                        },
                        Of(saga, cause)
                    );
                    break;
                case RunAction.SetTimer timer:
                    work.Send(Timer(saga, cause, timer));
                    break;
                case RunAction.MoveTimer timer:
                    work.MoveTimer(timer.Timer.Token(run.RunId), timer.Delay);
                    break;
                case RunAction.ClearTimer timer:
                    work.CancelTimer(timer.Timer.Token(run.RunId));
                    break;
                case RunAction.Publish happened:
                    work.Send(ContractOutgoing.Publish(happened.Message, Of(saga, cause)) with { Ordered = true });
                    break;
            }
        }
    }

    public void Refused(IUnitOfWork work, Envelope cause, Guid runId, IReadOnlyList<Problem> problems) =>
        work.Send(
            ContractOutgoing.Publish(
                new RunRejected
                {
                    RunId = runId,
                    Reason = problems[0].Code,
                    Problems = [.. problems.Take(MaxProblems)],
                },
                envelopes.CausedBy(cause) with
                {
                    RunId = runId,
                }
            )
        );

    public void Joined(IUnitOfWork work, Envelope cause, Guid runId, Guid joined) =>
        work.Send(
            ContractOutgoing.Publish(
                new RunAccepted { RunId = runId, JoinedRunId = joined },
                envelopes.CausedBy(cause) with
                {
                    RunId = runId,
                }
            )
        );

    public static IReadOnlyList<Problem> Conflict(Decision decision) =>
        decision.Actions.OfType<RunAction.Publish>().Select(p => p.Message).OfType<RunRejected>().Single().Problems;

    /// <summary>The outputs a terminal event carries, as JSON; null when it carries none.</summary>
    public static string? OutputsOf(IReadOnlyList<RunAction> actions)
    {
        var outputs = actions
            .OfType<RunAction.Publish>()
            .Select(p =>
                p.Message switch
                {
                    RunCompleted completed => completed.Outputs,
                    RunPartial partial => partial.Outputs,
                    _ => null,
                }
            )
            .FirstOrDefault(o => o is not null);
        return outputs is null
            ? null
            : JsonSerializer.Serialize(new Dictionary<string, JsonElement>(outputs), RunJson.Default.DictionaryStringJsonElement);
    }

    private static ExecuteStep Execute(RunState run, RunAction.Dispatch step) =>
        new()
        {
            RunId = run.RunId,
            StepId = step.StepId,
            Attempt = step.Attempt,
            AgentType = run[step.StepId].AgentType,
            Contract = run.Plan.Steps.First(s => s.Id == step.StepId).Contract,
            Input = step.Input,
            TimeoutMs = Milliseconds(step.Timeout),
            Answers = step.Answers,
            Decision = step.Decision,
        };

    private static CompensateStep Undo(RunState run, RunAction.Compensate undo)
    {
        var step = run.Plan.Steps.First(s => s.Id == undo.StepId);
        var plan = step.Compensation!;
        return new CompensateStep
        {
            RunId = run.RunId,
            StepId = undo.StepId,
            Attempt = undo.Attempt,
            AgentType = plan.AgentType,
            Input = plan.Input ?? OwnInput(run, step),
            Output = run[undo.StepId].Output!.Value,
            TimeoutMs = Milliseconds(undo.Timeout),
        };
    }

    // Whoever undoes a step without words of its own is told what the step was told.
    private static JsonElement OwnInput(RunState run, PlanStep step)
    {
        var outputs = run.Steps.Where(s => s.Output is not null).ToDictionary(s => s.Id, s => s.Output!.Value, StringComparer.Ordinal);
        return StepInput.Resolve(step, outputs).Input ?? EmptyObject;
    }

    private static CancelStep Stop(RunState run, RunAction.CancelStep stop) =>
        new()
        {
            RunId = run.RunId,
            StepId = stop.StepId,
            Attempt = stop.Attempt,
            Force = stop.Force ? true : null,
        };

    private OutgoingMessage Timer(RunSaga saga, Envelope cause, RunAction.SetTimer set)
    {
        var due = new RunTimerDue
        {
            RunId = saga.CorrelationId,
            Kind = set.Timer.KindName,
            StepId = set.Timer.StepId,
            Attempt = set.Timer.Attempt,
        };
        // Hops limit the way through agents; a run's own clock must tick whatever is left of them.
        var envelope = Of(saga, cause) with
        {
            HopsLeft = Envelope.DefaultHops,
        };
        return ContractOutgoing.To(Wire.RunsEndpoint, due, envelope) with
        {
            Delay = set.Delay,
            Token = set.Timer.Token(saga.CorrelationId),
        };
    }

    private static void Send(IUnitOfWork work, string endpoint, object message, Envelope envelope) =>
        work.Send(ContractOutgoing.To(endpoint, message, envelope) with { Ordered = true });

    private Envelope Step(RunSaga saga, Envelope cause, string stepId, int attempt, DateTimeOffset? deadline) =>
        Of(saga, cause) with
        {
            StepId = stepId,
            Attempt = attempt,
            Deadline = deadline,
        };

    /// <summary>Caused by the message in hand, with the identity, tenant and hops of the run's submission.</summary>
    private Envelope Of(RunSaga saga, Envelope cause) =>
        envelopes.CausedBy(
            cause with
            {
                TransactionId = saga.TransactionId,
                Tenant = saga.Tenant,
                HopsLeft = saga.Hops,
                RunId = saga.CorrelationId,
                StepId = null,
                Attempt = null,
                TraceParent = cause.TraceParent ?? saga.TraceParent,
            }
        );

    // At least one: zero would be refused as no time at all.
    private static long Milliseconds(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time.TotalMilliseconds));

    private static readonly JsonElement EmptyObject = JsonSerializer.Deserialize<JsonElement>("{}");
}
