using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>
/// What an arriving message does inside its unit of work: an order becomes a claim (ours, or anybody's when no slot is free) or, for an inline agent, an
/// answer; a cancellation closes the claim or reaches its owner.
/// </summary>
internal sealed class StepIntake(
    ClaimStore claims,
    AttemptRunner runner,
    StepExecutor executor,
    Answers answers,
    RunningAttempts running,
    WorkerMetrics metrics,
    TimeProvider time,
    ILogger<StepIntake> logger
)
{
    /// <param name="work">The message's unit of work, begun.</param>
    /// <param name="agent">The agent type of the endpoint.</param>
    /// <param name="step">What to do.</param>
    /// <param name="envelope">Of the message.</param>
    /// <param name="slot">A free slot; null when there was none in time.</param>
    /// <param name="cancellationToken">Ends the delivery.</param>
    public async Task AcceptAsync(
        IUnitOfWork work,
        AgentRegistration agent,
        StepWork step,
        Envelope envelope,
        SlotHold? slot,
        CancellationToken cancellationToken
    )
    {
        // Before anything the database does: the lease is at least as young as this.
        var askedAt = time.GetTimestamp();
        var (now, known) = await claims.LookAsync(work, step.RunId, step.StepId, step.Attempt, step.Compensating, cancellationToken);
        if (known is not null)
        {
            logger.AlreadyClaimed(agent.Type, step.StepId, step.RunId, step.Attempt);
            return;
        }

        if (agent.Options.Inline)
        {
            if (step.Round is not null)
            {
                // A run orders an attempt once; a ballot may ask for the same vote again.
                claims.InsertDone(work, Claim(step with { AgentType = agent.Type }, envelope, now, askedAt));
            }

            await AnswerInlineAsync(work, agent, step, envelope, now, cancellationToken);
            return;
        }

        var claim = Claim(step with { AgentType = agent.Type }, envelope, now, askedAt);
        claims.Insert(work, claim, owned: slot is not null);
        work.OnCommitted(() =>
        {
            if (slot is null)
            {
                logger.StoredForAnyone(agent.Type, step.StepId, step.RunId);
            }
            else if (slot.TryPassOn())
            {
                runner.Start(agent, claim);
            }
        });
    }

    /// <summary>Stops an attempt wherever it is; answers for it when nobody carries it out.</summary>
    public async Task CancelAsync(
        IUnitOfWork work,
        AgentRegistration agent,
        CancelStep message,
        Envelope envelope,
        CancellationToken cancellationToken
    )
    {
        var (now, known) = await claims.LookAsync(
            work,
            message.RunId,
            message.StepId,
            message.Attempt,
            compensating: false,
            cancellationToken
        );
        var undoing = false;
        if (known is null)
        {
            // Attempts are numbered across a step and its compensation, so at most one of the two is meant.
            (_, known) = await claims.LookAsync(
                work,
                message.RunId,
                message.StepId,
                message.Attempt,
                compensating: true,
                cancellationToken
            );
            undoing = known is not null;
        }

        var step = new StepWork
        {
            RunId = message.RunId,
            StepId = message.StepId,
            Attempt = message.Attempt,
            AgentType = agent.Type,
            Compensating = undoing,
            Input = NoInput,
            TimeoutMs = 0,
        };
        switch (known)
        {
            case { Open: false }:
                return;
            case { Available: false }:
                claims.RequestCancel(work, known);
                work.OnCommitted(() => running.Cancel(known.Id, known.Epoch));
                return;
            case { }:
                claims.CloseAvailable(work, known);
                break;
            default:
                claims.InsertDone(work, Claim(step, envelope, now, time.GetTimestamp()));
                break;
        }

        var answer = StepExecutor.Fail(logger, agent, step, StepExecutor.Cancelled, null);
        work.Send(answers.Of(step, envelope, ref answer, agent));
    }

    private async Task AnswerInlineAsync(
        IUnitOfWork work,
        AgentRegistration agent,
        StepWork step,
        Envelope envelope,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var started = time.GetTimestamp();
        using var timeout = new CancellationTokenSource(Positive(StepExecutor.Limit(step, envelope, now)), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var activity = StepTrace.Start(agent.Type, step, envelope);
        using var scope = logger.BeginStep(step, agent.Type);
        metrics.Started(agent.Type);
        var outcome = "lost";
        try
        {
            var answer =
                await executor.ExecuteAsync(
                    agent,
                    step,
                    envelope,
                    now,
                    progress: null,
                    effects: null,
                    () =>
                        cancellationToken.IsCancellationRequested ? StopCause.Shutdown
                        : timeout.IsCancellationRequested ? StopCause.TimedOut
                        : StopCause.None,
                    either.Token
                ) ?? throw new OperationCanceledException(cancellationToken);
            work.Send(answers.Of(step, envelope, ref answer, agent));
            outcome = answer.Outcome;
        }
        finally
        {
            activity?.SetTag("coordination.outcome", outcome);
            metrics.Ended(agent.Type, outcome, time.GetElapsedTime(started));
        }
    }

    private static readonly JsonElement NoInput = JsonSerializer.SerializeToElement<object?>(null);

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    private static StepClaim Claim(StepWork step, Envelope envelope, DateTimeOffset now, long askedAt) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            Epoch = 1,
            Work = step,
            Envelope = envelope,
            ClaimedAt = now,
            AskedAt = askedAt,
        };
}
