using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Contracts.Gate;

/// <summary>A minimal and a full message of every contract: what the published samples of a new version are written from.</summary>
public static class SampleMessages
{
    private static readonly Guid Run = Guid.Parse("0198c5a0-7c1e-7d52-9a3b-2f6d1e0c4b5a");
    private static readonly Guid OtherRun = Guid.Parse("0198c5a0-8d2f-7e63-8b4c-3a7e2f1d5c6b");

    public static IReadOnlyList<(string Name, object Message)> Of(Type type)
    {
        var pair = All.First(pair => pair.Minimal.GetType() == type);
        return [("minimal", pair.Minimal), ("full", pair.Full)];
    }

    public static IReadOnlyList<(object Minimal, object Full)> All { get; } = [.. RunSamples(), .. StepSamples(), .. BallotSamples.All()];

    private static JsonElement Json(string text) => JsonElement.Parse(text);

    private static IEnumerable<(object Minimal, object Full)> RunSamples()
    {
        var plan = new RunPlan { Name = "ticket-triage", Steps = [new PlanStep { Id = "classify", AgentType = "classifier" }] };
        yield return (
            new SubmitRun
            {
                RunId = Run,
                Requester = "helpdesk",
                Plan = plan,
            },
            FullSubmit()
        );
        yield return (new RunAccepted { RunId = Run }, new RunAccepted { RunId = Run, JoinedRunId = OtherRun });
        var problem = new Problem
        {
            Code = ReasonCode.PlanCycle,
            Path = "plan.steps",
            Message = "a needs b, b needs a: take one of the two away.",
        };
        var rejected = new RunRejected
        {
            RunId = Run,
            Reason = ReasonCode.PlanCycle,
            Problems = [problem],
        };
        var second = new Problem
        {
            Code = ReasonCode.ContractInvalid,
            Path = "plan.steps[0].timeoutMs",
            Message = "must be 1 to 604800000.",
        };
        yield return (rejected, rejected with { Problems = [problem, second] });
        var cancel = new CancelRun { RunId = Run, RequestedBy = "ada" };
        yield return (cancel, cancel with { Note = "Das Ticket wurde geschlossen – nicht mehr nötig.", Force = true });
        yield return (
            new RunCompleted { RunId = Run, Outputs = new Dictionary<string, JsonElement>() },
            new RunCompleted
            {
                RunId = Run,
                Outputs = new Dictionary<string, JsonElement> { ["reply"] = Json("""{"mail":"m-1","words":[1,2.5,null]}""") },
                Missing = ["reply: the refund"],
            }
        );
        var partial = new RunPartial
        {
            RunId = Run,
            Reason = ReasonCode.NonRetryable,
            Done = [],
            Missing = [],
            Outputs = new Dictionary<string, JsonElement>(),
        };
        yield return (
            partial,
            partial with
            {
                Done = ["classify"],
                Missing = ["reply"],
                Outputs = new Dictionary<string, JsonElement> { ["classify"] = Json("\"billing\"") },
            }
        );
        var failed = new RunFailed
        {
            RunId = Run,
            Reason = ReasonCode.NonRetryable,
            Compensated = [],
            NotCompensated = [],
        };
        yield return (failed, failed with { FailedStep = "reply", Compensated = ["refund"], NotCompensated = ["reserve"] });
        var cancelled = new RunCancelled
        {
            RunId = Run,
            RequestedBy = "ada",
            Compensated = [],
            NotCompensated = [],
        };
        yield return (cancelled, cancelled with { Compensated = ["refund"], NotCompensated = ["reserve"] });
        var expired = new RunExpired
        {
            RunId = Run,
            Done = [],
            Missing = ["classify"],
            Compensated = [],
            NotCompensated = [],
        };
        yield return (expired, expired with { Done = ["refund", "reserve"], Compensated = ["refund"], NotCompensated = ["reserve"] });
        var timer = new RunTimerDue
        {
            RunId = Run,
            Kind = "Deadline",
            Attempt = 0,
        };
        yield return (timer, timer with { Kind = "Timeout", StepId = "classify", Attempt = 2 });
    }

    private static SubmitRun FullSubmit()
    {
        var retry = new RetryPolicy
        {
            MaxAttempts = 5,
            BaseDelayMs = 200,
            MaxDelayMs = 20_000,
        };
        var refund = new PlanStep
        {
            Id = "refund",
            AgentType = "refund",
            Contract = "refund.v1",
            Input = Json("""{"reason":"late delivery"}"""),
            InputFrom = new Dictionary<string, string> { ["category"] = "classify#/category", ["ticket"] = "classify" },
            DependsOn = ["classify"],
            TimeoutMs = 60_000,
            Retry = retry,
            Compensation = new CompensationPlan
            {
                AgentType = "refund",
                Input = Json("{}"),
                TimeoutMs = 60_000,
                Retry = retry,
            },
            Pivot = false,
            Optional = false,
            Agents = 3,
            Electorate = ["refund", "fraud-desk"],
            Agreement = new AgreementPlan
            {
                Policy = "refund",
                Compare = "numeric",
                Fields = ["/amount/cents"],
                Tolerance = 0.5,
            },
            Decision = new DecisionPlan
            {
                Policy = "refund",
                Question = "Refund at once, or review it first?",
                Allow = "refund",
                Others = ["review"],
                SafeOption = "review",
                Tier = "T2",
                Flags = ["fraud"],
                Evidence = ["order:4711"],
            },
        };
        var classify = new PlanStep
        {
            Id = "classify",
            AgentType = "classifier",
            Input = Json("""{"subject":"Où est mon colis ?"}"""),
        };
        return new SubmitRun
        {
            RunId = Run,
            Requester = "helpdesk",
            BusinessScope = "ticket/4711",
            Plan = new RunPlan
            {
                Name = "ticket-triage",
                Steps = [classify, refund],
                DeadlineMs = 3_600_000,
            },
        };
    }

    private static IEnumerable<(object Minimal, object Full)> StepSamples()
    {
        const string Step = "refund";
        var execute = new ExecuteStep
        {
            RunId = Run,
            StepId = Step,
            Attempt = 1,
            AgentType = "refund",
            Input = Json("{}"),
            TimeoutMs = 60_000,
        };
        yield return (
            execute,
            execute with
            {
                Attempt = 2,
                Contract = "refund.v1",
                Input = Json("""{"amountCents":1250}"""),
                Answers = new Dictionary<string, JsonElement> { ["approve"] = Json("true") },
                Decision = new StepDecision { BallotId = OtherRun, Option = "refund" },
            }
        );
        var progress = new StepProgress
        {
            RunId = Run,
            StepId = Step,
            Attempt = 1,
        };
        yield return (progress, progress with { Percent = 40, Note = "Looking up the order" });
        var completed = new StepCompleted
        {
            RunId = Run,
            StepId = Step,
            Attempt = 1,
            Output = Json("null"),
        };
        yield return (completed, completed with { Output = Json("""{"refundId":"r-1","amountCents":1250}"""), Missing = ["the letter"] });
        var failed = new StepFailed
        {
            RunId = Run,
            StepId = Step,
            Attempt = 3,
            Class = FailureClass.Transient,
            Reason = ReasonCode.CircuitOpen,
            IncidentId = "0f3a",
        };
        yield return (
            failed,
            failed with
            {
                RetryAfterMs = 60_000,
                Class = FailureClass.Permanent,
                Reason = ReasonCode.NonRetryable,
                Detail = "The order is older than a year.",
                Compensating = true,
            }
        );
        var question = new InputRequired
        {
            RunId = Run,
            StepId = Step,
            Attempt = 1,
            QuestionId = "approve",
            Question = "May 125.00 be refunded?",
        };
        yield return (question, question with { AnswerSchema = Json("""{"type":"boolean"}"""), DeadlineMs = 86_400_000 });
        var answered = new InputAnswered
        {
            RunId = Run,
            StepId = Step,
            QuestionId = "approve",
            Answer = Json("true"),
            AnsweredBy = "ada",
        };
        yield return (answered, answered with { Answer = Json("""{"approved":true,"limitCents":10000}""") });
        var cancel = new CancelStep
        {
            RunId = Run,
            StepId = Step,
            Attempt = 1,
        };
        yield return (cancel, cancel with { Force = true });
        var compensate = new CompensateStep
        {
            RunId = Run,
            StepId = Step,
            Attempt = 1,
            AgentType = "refund",
            Input = Json("{}"),
            Output = Json("null"),
            TimeoutMs = 60_000,
        };
        yield return (compensate, compensate with { Input = Json("""{"note":"undo"}"""), Output = Json("""{"refundId":"r-1"}""") });
        var compensated = new StepCompensated
        {
            RunId = Run,
            StepId = Step,
            Attempt = 1,
        };
        yield return (compensated, compensated with { Attempt = 2 });
        var agent = new AgentAnnounced
        {
            AgentType = "refund",
            Instance = "host-1:4711:x7",
            Build = "0.1.0",
            Contracts = [],
            Compensates = false,
        };
        yield return (agent, agent with { Contracts = ["refund.v1", "refund.v2"], Compensates = true });
    }
}
