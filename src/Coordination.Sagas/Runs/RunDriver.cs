using System.Diagnostics;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Coordination.Sagas.Runs;

/// <summary>
/// Between message and rules: 1. takes the row's state, 2. asks <see cref="RunRules"/>, 3. puts the answer back into the row and the actions into the
/// unit of work that commits it. Nothing leaves, and nothing is counted, before the commit.
/// </summary>
public sealed class RunDriver
{
    private readonly RunLimits limits;
    private readonly RunStore store;
    private readonly RunMail mail;
    private readonly DatabaseClock clock;
    private readonly RunMetrics metrics;
    private readonly Func<double> jitter;
    private readonly ILogger<RunDriver> logger;

    internal RunDriver(
        RunLimits limits,
        RunStore store,
        RunMail mail,
        DatabaseClock clock,
        RunMetrics metrics,
        Func<double> jitter,
        ILogger<RunDriver> logger
    )
    {
        this.limits = limits;
        this.store = store;
        this.mail = mail;
        this.clock = clock;
        this.metrics = metrics;
        this.jitter = jitter;
        this.logger = logger;
    }

    /// <summary>A submission of a run that is not stored yet: checks it, then starts it, joins another run, or refuses it.</summary>
    internal async Task StartAsync(BehaviorContext<RunSaga, SubmitRun> context)
    {
        var (submission, saga) = (context.Message, context.Saga);
        var (work, cause) = (Work(context), Cause(context));
        var known = await store.KnownAgentTypesAsync(work, submission.Plan, context.CancellationToken);
        var problems = Problems(submission, cause, known);
        if (problems.Count > 0)
        {
            saga.IsNothing = true;
            store.Refused(work, submission.RunId, cause, problems);
            mail.Refused(work, cause, submission.RunId, problems);
            metrics.Refused(problems[0].Code);
            logger.RunRefused(submission.RunId, problems[0].Code, problems.Count, problems[0].Message);
            return;
        }
        if (submission.BusinessScope is { } scope)
        {
            if (await store.RunOfScopeAsync(work, cause.Tenant, submission.Requester, scope, context.CancellationToken) is { } running)
            {
                saga.IsNothing = true;
                store.Joined(work, submission.RunId, running);
                mail.Joined(work, cause, submission.RunId, running);
                logger.RunJoined(submission.RunId, running, scope);
                return;
            }
            store.TakeScope(work, cause.Tenant, submission.Requester, scope, submission.RunId);
        }
        saga.Tenant = cause.Tenant;
        saga.BusinessScope = submission.BusinessScope;
        saga.TransactionId = cause.TransactionId;
        saga.Hops = cause.HopsLeft;
        saga.TraceParent = Activity.Current?.Id ?? cause.TraceParent;
        var decision = RunRules.Start(submission, await ContextAsync(context));
        work.OnCommitted(() => metrics.Started(decision.Next));
        logger.RunStarted(submission.RunId, submission.Plan.Name, submission.Plan.Steps.Count);
        Carry(decision, before: null, saga, work, cause);
    }

    /// <summary>Any message of a run that is stored.</summary>
    internal async Task HandleAsync<T>(BehaviorContext<RunSaga, T> context)
        where T : class, IRunMessage
    {
        var saga = context.Saga;
        var (work, cause) = (Work(context), Cause(context));
        if (cause.Tenant != saga.Tenant)
        {
            // A run of another tenant is none of the sender's business: to it, there is no such run.
            throw UnknownRun(context.Message);
        }
        var before = saga.Load();
        var decision = RunRules.Decide(before, context.Message, await ContextAsync(context));
        if (decision.Refusal is { } reason)
        {
            metrics.Stale(typeof(T).Name, reason);
            logger.MessageWithoutEffect(typeof(T).Name, saga.CorrelationId, reason, decision.RefusalDetail);
            if (context.Message is SubmitRun)
                store.Refused(work, saga.CorrelationId, cause, RunMail.Conflict(decision));
        }
        Carry(decision, before, saga, work, cause);
    }

    internal static MessageRefusedException UnknownRun(IRunMessage message) =>
        new(ReasonCode.ContractInvalid, $"There is no run {message.RunId}.");

    private void Carry(Decision decision, RunState? before, RunSaga saga, IUnitOfWork work, Envelope cause)
    {
        var next = decision.Next;
        saga.Store(next);
        store.Append(work, saga.CorrelationId, cause, [.. decision.Actions.OfType<RunAction.Record>().Select(r => r.Entry)]);
        mail.Post(work, saga, next, decision.Actions, cause);
        if (before is not null && next.IsTerminal && !before.IsTerminal)
        {
            if (saga.BusinessScope is { } scope)
                store.ReleaseScope(work, saga.Tenant, saga.Requester, scope, saga.CorrelationId);
            saga.Outputs = RunMail.OutputsOf(decision.Actions);
            logger.RunEnded(next.RunId, RunJson.NameOf(next.Status), next.Reason, next.FailedStep);
        }
        else if (before is null && next.IsTerminal)
        {
            saga.Outputs = RunMail.OutputsOf(decision.Actions);
        }
        work.OnCommitted(() => metrics.Moved(before, next));
        work.OnCommitted(() => Failpoint.Hit(Failpoints.SagaCommitted));
        if (decision.Actions.Any(action => action is RunAction.SetTimer { Timer.Kind: RunTimerKind.Retry }))
        {
            Failpoint.Hit(Failpoints.RetryScheduled);
            work.OnCommitted(() => Failpoint.Hit(Failpoints.RetryCommitted));
        }
    }

    private List<Problem> Problems(SubmitRun submission, Envelope cause, IReadOnlyCollection<string> known)
    {
        var problems = PlanCheck.Check(submission.Plan, known, limits).ToList();
        if (cause.HopsLeft < MinimumHops)
        {
            problems.Add(
                new Problem
                {
                    Code = ReasonCode.Expired,
                    Path = "headers." + EnvelopeHeaders.Hops,
                    Message = $"{cause.HopsLeft} hops are left; a run needs {MinimumHops}: to the agent, to the answer, and one to spare.",
                }
            );
        }
        return problems;
    }

    // Submission, step, answer: each counts one down, and what arrives with none left is refused.
    private const int MinimumHops = 3;

    private async ValueTask<RunContext> ContextAsync(ConsumeContext context) =>
        new(await clock.NowAsync(context.CancellationToken), jitter(), limits);

    private static IUnitOfWork Work(ConsumeContext context) =>
        context.TryGetPayload<IUnitOfWork>(out var work)
            ? work
            : throw new InvalidOperationException(
                "A run needs a unit of work: host it with AddRuns, which puts its endpoint into the pipeline."
            );

    private static Envelope Cause(ConsumeContext context) =>
        context.TryGetPayload<Envelope>(out var envelope)
            ? envelope
            : throw new InvalidOperationException("A run needs the envelope of its message: its endpoint lacks the guard.");
}
