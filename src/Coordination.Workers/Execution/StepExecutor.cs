using Coordination.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>Runs an agent once and says how it ended; never throws. Knows nothing of claims.</summary>
internal sealed class StepExecutor(IServiceScopeFactory scopes, ILoggerFactory loggers, TimeProvider time)
{
    /// <param name="agent">Who does it.</param>
    /// <param name="work">What to do.</param>
    /// <param name="envelope">Of the message that asked.</param>
    /// <param name="now">The database clock a moment ago.</param>
    /// <param name="progress">Sends progress reports; null drops them.</param>
    /// <param name="effects">Its effects; null for an inline agent, which has none.</param>
    /// <param name="cause">Why <paramref name="stop"/> fired.</param>
    /// <param name="stop">Asks the agent to stop.</param>
    /// <returns>The answer; null when there must be none (lease lost, shutdown).</returns>
    public async Task<StepAnswer?> ExecuteAsync(
        AgentRegistration agent,
        StepWork work,
        Envelope envelope,
        DateTimeOffset now,
        Func<int?, string?, CancellationToken, Task>? progress,
        EffectSession? effects,
        Func<StopCause> cause,
        CancellationToken stop
    )
    {
        var logger = loggers.CreateLogger($"Coordination.Agents.{agent.Type}");
        if (Refusal(agent, work, envelope, now) is { } refusal)
        {
            return Fail(logger, agent, work, refusal, null);
        }

        var context = new StepContext(progress, time)
        {
            RunId = work.RunId,
            StepId = work.StepId,
            Attempt = work.Attempt,
            AgentType = agent.Type,
            Tenant = envelope.Tenant,
            Deadline = now + Limit(work, envelope, now),
            Logger = logger,
            Effects = effects,
            Decision = work.Decision,
            Answers = work.Answers ?? new Dictionary<string, System.Text.Json.JsonElement>(StringComparer.Ordinal),
        };
        try
        {
            if (effects is { MayHaveHistory: true })
            {
                await effects.ResumeAsync(stop);
            }

            await using var scope = scopes.CreateAsyncScope();
            return await CarryOutAsync(agent, work, context, effects, scope.ServiceProvider, stop);
        }
        catch (InputRequiredException question) when (!work.Compensating && work.Round is null)
        {
            return StepAnswer.Asks(work, question);
        }
        catch (Exception exception)
        {
            return cause() switch
            {
                StopCause.LeaseLost or StopCause.Shutdown => null,
                StopCause.CancelRequested => Fail(logger, agent, work, Doubtful(Cancelled, effects), null),
                StopCause.TimedOut => Fail(logger, agent, work, Doubtful(TimedOut, effects), null),
                _ => Fail(logger, agent, work, Doubtful(FailureClassifier.Classify(exception, agent.Options), effects), exception),
            };
        }
    }

    private static async Task<StepAnswer> CarryOutAsync(
        AgentRegistration agent,
        StepWork work,
        StepContext context,
        EffectSession? effects,
        IServiceProvider services,
        CancellationToken stop
    )
    {
        try
        {
            StepAnswer answer;
            if (work.Compensating)
            {
                await agent.Adapter.CompensateAsync(services, work.Input, work.Output ?? default, context, stop);
                answer = StepAnswer.Compensated(work);
            }
            else if (work.Round is not null)
            {
                var vote = await Votes.AskAsync(agent, work, services, context, stop);
                if (!vote.Chooses)
                {
                    // It claims nothing that a failure it has caught could make wrong.
                    effects?.Excuse();
                }

                answer = StepAnswer.Voted(agent, work, vote.Lacking(effects?.WhatIsMissing ?? []));
            }
            else
            {
                var output = await agent.Adapter.ExecuteAsync(services, work.Input, context, stop);
                answer = StepAnswer.Completed(work, output, effects?.WhatIsMissing);
            }

            await EndAsync(effects);
            // Whatever the agent made of it: a person is asked, and what failed did not succeed.
            return effects?.Parked is { } parked ? throw parked
                : effects?.Concealed is { } failure ? throw failure
                : answer;
        }
        catch (Exception) when (effects is not null)
        {
            await EndAsync(effects);
            if (effects.Parked is { } parked)
            {
                throw parked;
            }

            throw;
        }
    }

    /// <summary>Nothing of the attempt happens after its answer, and what the answer rests on is stored before it.</summary>
    private static async Task EndAsync(EffectSession? effects)
    {
        if (effects is not null)
        {
            await effects.DrainAsync();
            await effects.FlushAsync();
        }
    }

    /// <summary>The run must know that something outside may have been done: it decides by it what is undone.</summary>
    private static Verdict Doubtful(Verdict verdict, EffectSession? effects) =>
        effects is { HasDoubt: true }
            ? verdict with
            {
                Reason = ReasonCode.InDoubt,
                Detail = verdict.Detail ?? "An effect was cut off; whether it was done is not known.",
            }
            : verdict;

    /// <summary>The attempt was stopped because it was asked to.</summary>
    public static readonly Verdict Cancelled = new(FailureClass.Cancelled, ReasonCode.Cancelled);

    /// <summary>The attempt took longer than its timeout or the run's deadline.</summary>
    public static readonly Verdict TimedOut = new(FailureClass.Timeout, ReasonCode.DeadlineExceeded);

    /// <summary>Time the attempt may take: its timeout, or less when the deadline comes first.</summary>
    public static TimeSpan Limit(StepWork work, Envelope envelope, DateTimeOffset now)
    {
        var timeout = TimeSpan.FromMilliseconds(Math.Clamp(work.TimeoutMs, 1, (long)TimeSpan.FromDays(24).TotalMilliseconds));
        return envelope.Deadline is { } deadline && deadline - now < timeout ? deadline - now : timeout;
    }

    /// <summary>
    /// Logs a failure under a new incident id, the only trace of it that travels. Votes are sealed until the ballot closes and an exception's text may tell what the voter was
    /// about to choose: of a voter's failure the place is logged and not the words.
    /// </summary>
    public static StepAnswer Fail(ILogger logger, AgentRegistration agent, StepWork work, Verdict verdict, Exception? exception)
    {
        var incident = Guid.CreateVersion7().ToString("N");
        if (work.Round is { } round)
        {
            logger.VoteFailed(
                agent.Type,
                work.RunId,
                round,
                verdict.Class,
                verdict.Reason,
                exception is null ? verdict.Detail : PlaceOf(exception),
                incident
            );
            return StepAnswer.Abstained(agent, work, verdict, incident);
        }

        logger.StepFailed(
            exception,
            agent.Type,
            work.StepId,
            work.RunId,
            work.Attempt,
            verdict.Class,
            verdict.Reason,
            verdict.Detail,
            incident
        );
        return StepAnswer.Failed(work, verdict, incident);
    }

    private static string PlaceOf(Exception exception)
    {
        var cause = exception.GetBaseException();
        return $"{exception.GetType().Name}{(ReferenceEquals(cause, exception) ? "" : $" by {cause.GetType().Name}")}{Environment.NewLine}{cause.StackTrace}";
    }

    private static Verdict? Refusal(AgentRegistration agent, StepWork work, Envelope envelope, DateTimeOffset now)
    {
        if (envelope.Deadline is { } deadline && deadline <= now)
        {
            return new Verdict(FailureClass.Permanent, ReasonCode.Expired, "The deadline had passed before the agent could start.");
        }

        if (!string.Equals(work.AgentType, agent.Type, StringComparison.Ordinal))
        {
            return new Verdict(FailureClass.Permanent, ReasonCode.ContractInvalid, $"This is agent type '{agent.Type}'.");
        }

        if (work.Round is not null && !agent.Votes)
        {
            return new Verdict(
                FailureClass.Permanent,
                ReasonCode.NonRetryable,
                $"Agent type '{agent.Type}' does not vote: let its class implement IVoter, or take it out of the electorate."
            );
        }

        if (work.Contract is { } contract && !string.Equals(contract, agent.Contract, StringComparison.Ordinal))
        {
            return new Verdict(
                FailureClass.Permanent,
                ReasonCode.UnsupportedVersion,
                $"Agent type '{agent.Type}' speaks '{agent.Contract}', not '{Text.Bounded(contract, 100)}'."
            );
        }

        return null;
    }
}
