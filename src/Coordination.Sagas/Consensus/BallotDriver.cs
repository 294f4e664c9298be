using System.Diagnostics;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Coordination.Sagas.Consensus;

/// <summary>
/// Between message and rules: 1. takes the row's state, 2. asks <see cref="BallotRules"/>, 3. puts the answer back into the row and the actions into the unit of
/// work that commits it. Nothing leaves, and nothing is counted, before the commit.
/// </summary>
public sealed class BallotDriver
{
    private readonly OpeningCheck check;
    private readonly BallotStore store;
    private readonly BallotMail mail;
    private readonly DatabaseClock clock;
    private readonly BallotMetrics metrics;
    private readonly ILogger<BallotDriver> logger;

    internal BallotDriver(
        OpeningCheck check,
        BallotStore store,
        BallotMail mail,
        DatabaseClock clock,
        BallotMetrics metrics,
        ILogger<BallotDriver> logger
    )
    {
        this.check = check;
        this.store = store;
        this.mail = mail;
        this.clock = clock;
        this.metrics = metrics;
        this.logger = logger;
    }

    /// <summary>A ballot that is not stored yet: checks it, then opens or refuses it.</summary>
    internal async Task OpenAsync(BehaviorContext<BallotSaga, OpenBallot> context)
    {
        var (message, saga) = (context.Message, context.Saga);
        var (work, cause) = (Work(context), Cause(context));
        var now = await clock.NowAsync(context.CancellationToken);
        var domain = check.DomainOf(message);
        var judged = domain is null
            ? new Dictionary<string, Competence>(0)
            : await store.CompetenceAsync(work, cause.Tenant, domain, context.CancellationToken);
        var (opening, problems) = check.Check(message, judged, now);
        if (cause.HopsLeft < MinimumHops)
        {
            (opening, problems) = (
                null,
                [
                    new Problem
                    {
                        Code = ReasonCode.Expired,
                        Path = "headers." + EnvelopeHeaders.Hops,
                        Message =
                            $"{cause.HopsLeft} hops are left; a ballot needs {MinimumHops}: to the voter, to the vote, and one to spare.",
                    },
                ]
            );
        }
        if (opening is null)
        {
            saga.IsNothing = true;
            Refuse(work, cause, message.BallotId, problems);
            mail.RefusedToRun(work, cause, message, problems);
            return;
        }
        saga.Tenant = cause.Tenant;
        saga.RunId = message.RunId ?? cause.RunId;
        saga.TransactionId = cause.TransactionId;
        saga.Hops = cause.HopsLeft;
        saga.TraceParent = Activity.Current?.Id ?? cause.TraceParent;
        if (opening.TierAsked is { } asked && asked < opening.Policy.Tier)
            logger.LowerTierAsked(opening.BallotId, asked.ToString(), opening.Policy.Tier.ToString());
        logger.BallotOpened(opening.BallotId, opening.Policy.Id, opening.Policy.Tier.ToString(), opening.Seats.Length);
        Carry(BallotRules.Open(opening), before: null, saga, work, cause, now);
    }

    /// <summary>A second opening of the same ballot.</summary>
    internal Task OpenAgainAsync(BehaviorContext<BallotSaga, OpenBallot> context)
    {
        var (work, cause) = (Work(context), Cause(context));
        var opening = OfTenant(context.Saga, context.Message, cause).Opening;
        if (opening.ContentHash == OpeningCheck.HashOf(context.Message))
            mail.OpenedAgain(work, context.Saga, opening, cause);
        else
        {
            Problem[] problems =
            [
                new Problem
                {
                    Code = ReasonCode.IdempotencyConflict,
                    Path = "ballotId",
                    Message = $"ballot {opening.BallotId} was opened before with another content; take a new id for a new ballot.",
                },
            ];
            Refuse(work, cause, opening.BallotId, problems);
            mail.RefusedToRun(work, cause, context.Message, problems);
        }
        return Task.CompletedTask;
    }

    /// <summary>Any message of a ballot that is stored.</summary>
    internal async Task HandleAsync<T>(BehaviorContext<BallotSaga, T> context)
        where T : class, IBallotMessage
    {
        var (work, cause) = (Work(context), Cause(context));
        var before = OfTenant(context.Saga, context.Message, cause);
        var now = await clock.NowAsync(context.CancellationToken);
        var sender = SenderProof.Of(context);
        var decision = BallotRules.Decide(before, context.Message, sender, now);
        if (decision.Refusal is { } reason)
        {
            metrics.Refused(typeof(T).Name, reason);
            // Somebody pretends, or the configuration names the wrong users and keys: no one would look into the record for that.
            if (reason is ReasonCode.UnregisteredSender or ReasonCode.SenderMismatch)
                logger.MessageRefused(
                    typeof(T).Name,
                    sender.User ?? "no user of the broker",
                    context.Saga.CorrelationId,
                    reason,
                    decision.RefusalDetail
                );
            else
                logger.MessageWithoutEffect(typeof(T).Name, context.Saga.CorrelationId, reason, decision.RefusalDetail);
        }
        Carry(decision, before, context.Saga, work, cause, now);
    }

    internal static MessageRefusedException UnknownBallot(IBallotMessage message) =>
        new(ReasonCode.ContractInvalid, $"There is no ballot {message.BallotId}.");

    // A ballot of another tenant is none of the sender's business: to it, there is no such ballot.
    private static BallotState OfTenant(BallotSaga saga, IBallotMessage message, Envelope cause) =>
        cause.Tenant == saga.Tenant ? saga.Load() : throw UnknownBallot(message);

    private void Refuse(IUnitOfWork work, Envelope cause, Guid ballotId, IReadOnlyList<Problem> problems)
    {
        store.Refused(work, ballotId, cause, problems);
        mail.Refused(work, cause, ballotId, problems);
        metrics.Refused(nameof(OpenBallot), problems[0].Code);
        logger.BallotRefused(ballotId, problems[0].Code, problems.Count, problems[0].Message);
    }

    private const int MinimumHops = 3;

    private void Carry(BallotDecision decision, BallotState? before, BallotSaga saga, IUnitOfWork work, Envelope cause, DateTimeOffset now)
    {
        saga.Store(decision.Next);
        store.Post(work, saga, decision);
        mail.Post(work, saga, before, decision, cause, now);
        if (decision.Next.Status == BallotStatus.Decided && before?.Status != BallotStatus.Decided)
            logger.BallotDecided(saga.CorrelationId, saga.Outcome, saga.Option ?? "none", saga.DecidedBy);
        if (decision.Next.Status == BallotStatus.People && before?.Status != BallotStatus.People)
            logger.PeopleAsked(saga.CorrelationId, saga.People ?? 1, saga.EndsAt, saga.Outcome);
        work.OnCommitted(() => metrics.Moved(before, decision.Next));
        if (before is null)
            work.OnCommitted(() => Failpoint.Hit(Failpoints.BallotCommitted));
        if (before is not null && decision.Next.Votes.Length > before.Votes.Length)
        {
            Failpoint.Hit(Failpoints.VoteTaken);
            work.OnCommitted(() => Failpoint.Hit(Failpoints.VoteCommitted));
        }
        if (decision.Next.Status != before?.Status && before is not null)
        {
            Failpoint.Hit(Failpoints.TallyReached);
            work.OnCommitted(() => Failpoint.Hit(Failpoints.DecisionCommitted));
        }
    }

    private static IUnitOfWork Work(ConsumeContext context) =>
        context.TryGetPayload<IUnitOfWork>(out var work)
            ? work
            : throw new InvalidOperationException(
                "A ballot needs a unit of work: host it with AddConsensus, which puts its endpoint into the pipeline."
            );

    private static Envelope Cause(ConsumeContext context) =>
        context.TryGetPayload<Envelope>(out var envelope)
            ? envelope
            : throw new InvalidOperationException("A ballot needs the envelope of its message: its endpoint lacks the guard.");
}
