using System.Text.Json;
using Coordination.Contracts;

namespace Coordination.Workers;

// What is done about an effect when a plain call is not it: wait, ask the target, ask a person, refuse.
internal sealed partial class EffectSession
{
    /// <summary>Pauses by our own choice are at most this long; a longer wish of the target ends the attempt and the next one waits.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private const int MostProbes = 3;
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until a call may be made; throws when it must not.</summary>
    private async Task MayCallAsync(EffectIntent intent, EffectState? known, CancellationToken cancellationToken)
    {
        var pause = known?.RetryAt is { } at && at > journal.Now ? at - journal.Now : TimeSpan.Zero;
        var expected = settings.Times.Median(intent.Tool.Id);
        if (settings.Deadline is { } deadline && journal.Now + pause + expected >= deadline)
        {
            throw Failure(
                intent,
                ReasonCode.DeadlineExceeded,
                // The attempt's own time may be up long before the run's: the next attempt has more.
                retryable: !settings.DeadlineIsOfRun,
                pause > TimeSpan.Zero ? pause : null,
                $"The deadline comes before a call of about {expected.TotalMilliseconds:0} ms{(pause > TimeSpan.Zero ? $" in {pause.TotalMilliseconds:0} ms" : "")} can end."
            );
        }

        if (pause > LongestPause)
        {
            throw Failure(
                intent,
                known?.Code ?? ReasonCode.RateLimited,
                retryable: true,
                pause,
                "The target asked for a longer pause than a worker waits."
            );
        }

        var isRetry = known is { Failures: > 0 };
        if (isRetry && !await settings.Budgets.TryTakeAsync(intent.Tool.Backend, cancellationToken))
        {
            throw Failure(
                intent,
                ReasonCode.RetryBudgetExhausted,
                retryable: true,
                TimeSpan.FromSeconds(10),
                $"'{intent.Tool.Backend}' fails for everybody: retries are limited to a tenth of the calls."
            );
        }

        if (!isRetry)
        {
            settings.Budgets.First(intent.Tool.Backend);
        }

        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, settings.Time, cancellationToken);
        }
    }

    private async Task ProbeAsync<T>(
        EffectIntent intent,
        EffectState known,
        Func<string, CancellationToken, Task<ProbeAnswer<T>>> probe,
        CancellationToken cancellationToken
    )
    {
        // Accepted work is asked about until its time is over; a call that was cut off may still be under way for its settle time.
        var accepted = known.Status == EffectStatus.Accepted;
        var until = accepted ? known.CalledAt + (intent.Tool.VerifiedWithin ?? TimeSpan.Zero) : SettledAt(known, intent.Tool);
        if (!accepted && until > journal.Now)
        {
            await Task.Delay(until - journal.Now, settings.Time, cancellationToken);
        }

        var (answer, why) = await AskTargetAsync(intent, probe, cancellationToken);
        for (var times = 1; answer is ProbeAnswer<T>.Unknown && (times < MostProbes || (accepted && journal.Now < until)); times++)
        {
            await Task.Delay(ProbePause * Math.Min(times, 20), settings.Time, cancellationToken);
            (answer, why) = await AskTargetAsync(intent, probe, cancellationToken);
        }

        var status = answer switch
        {
            ProbeAnswer<T>.Happened => EffectStatus.Succeeded,
            // Work that was taken on and is not there may yet come: doing it again could do it twice.
            ProbeAnswer<T>.DidNotHappen when !accepted => EffectStatus.NotDone,
            _ => EffectStatus.InDoubt,
        };
        var outcome = Outcome(intent, status, null);
        outcome = answer is ProbeAnswer<T>.Happened happened ? WithResult(outcome, happened.Result, notes: null) : outcome;
        await SettleAsync(
            intent,
            outcome with
            {
                Code = status == EffectStatus.InDoubt ? ReasonCode.InDoubt : null,
                Detail = status == EffectStatus.InDoubt ? why ?? "The probe could not say." : outcome.Detail ?? "Found out by the probe.",
            }
        );
    }

    /// <summary>
    /// When a call that was cut off can have no effect any more: its settle time after the moment since which nobody has been waiting for it. A worker that died waited
    /// until we took over at the latest; one that only lost its turn may wait for the whole of the call's time.
    /// </summary>
    private DateTimeOffset SettledAt(EffectState known, EffectTool tool)
    {
        var left =
            known.EndedAt
            ?? (
                known.CalledBy.Attempt == settings.Work.Attempt
                    ? Later(known.CalledAt, begunAt)
                    : Later(known.CalledAt + tool.Timeout, begunAt)
            );
        return left + tool.SettleTime;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private async Task<(ProbeAnswer<T> Answer, string? Why)> AskTargetAsync<T>(
        EffectIntent intent,
        Func<string, CancellationToken, Task<ProbeAnswer<T>>> probe,
        CancellationToken cancellationToken
    )
    {
        using var timeout = new CancellationTokenSource(intent.Tool.Timeout, settings.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return (await probe(intent.Key, either.Token).WaitAsync(either.Token), null);
        }
        catch (Exception error) when (error is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            return (new ProbeAnswer<T>.Unknown(), $"The probe failed: {CallErrors.Read(error, null).Detail}");
        }
    }

    /// <summary>Takes a person's word for it, if there is one; otherwise the step waits for it, durably and without holding anything.</summary>
    private async Task ParkAsync<T>(EffectIntent intent, EffectState known)
    {
        string? problem = null;
        if (settings.Answers.TryGetValue(known.QuestionId, out var answer))
        {
            problem = EffectAnswer.Read(answer) is { } said ? ProblemOf<T>(said) : "it has no verdict";
            if (problem is null)
            {
                await ResolveAsync(intent, EffectAnswer.Read(answer)!);
                return;
            }
        }

        if (known.Status != EffectStatus.InDoubt)
        {
            await SettleAsync(
                intent,
                Outcome(intent, EffectStatus.InDoubt, null) with
                {
                    Code = ReasonCode.InDoubt,
                    Detail = known.Detail ?? "The call was cut off.",
                }
            );
        }

        settings.Logger.EffectInDoubt(intent.Tool.Id, intent.ScopeText, known.QuestionId);
        throw Parked = new InputRequiredException(
            known.QuestionId,
            Question(intent, known, problem),
            EffectAnswer.SchemaOf<T>(),
            openFor: null
        );
    }

    /// <summary>A person must be asked: it outranks whatever the agent makes of it.</summary>
    public InputRequiredException? Parked { get; private set; }

    /// <summary>What is wrong with a person's answer; a wrong one is asked for again instead of being recorded.</summary>
    private static string? ProblemOf<T>(EffectAnswer said)
    {
        if (said.Verdict != EffectVerdict.Happened || typeof(T) == typeof(NoResult))
        {
            return null;
        }

        return said.Result is not { } result ? "the call returns something: give it as result"
            : typeof(T) == typeof(JsonElement) || AgentJson.TryRead<T>(result, "result", out _, out var wrong) ? null
            : wrong!.Message;
    }

    private async Task ResolveAsync(EffectIntent intent, EffectAnswer said)
    {
        var status = said.Verdict switch
        {
            EffectVerdict.Happened => EffectStatus.Succeeded,
            EffectVerdict.DidNotHappen => EffectStatus.NotDone,
            // Decided: the run goes back. Not the code IN_DOUBT, which would ask a person once more.
            _ => EffectStatus.GivenUp,
        };
        await SettleAsync(
            intent,
            Record(JournalKind.Signal, intent) with
            {
                Status = Words.Of(status),
                Result = said.Result is { } result ? JsonSerializer.SerializeToUtf8Bytes(result, AgentJson.Options) : null,
                Code = said.Verdict == EffectVerdict.Compensate ? ReasonCode.NonRetryable : null,
                Detail = Text.Bounded(
                    $"{said.By ?? "a person"} said: {Words.Of(said.Verdict)}{(said.Note is null ? "" : ": " + said.Note)}",
                    500
                ),
            }
        );
    }

    private static string Question(EffectIntent intent, EffectState known, string? problem) =>
        Text.Bounded(
            $"{(problem is null ? "" : $"The last answer could not be used: {problem.TrimEnd('.')}. ")}Did {intent.Tool.Id} happen{(intent.ScopeText.Length == 0 ? "" : $" ({intent.ScopeText})")}? It was called at {known.CalledAt:u} with key {intent.Key} and "
                + $"how that ended is not known{(known.Detail is null ? "" : $" ({known.Detail.TrimEnd('.')})")}. Look at the target, then answer happened, did-not-happen or compensate.",
            2_000
        );

    /// <summary>Somebody has written to this effect: an earlier owner whose last words were not read, or this process in a commit without an answer.</summary>
    private async Task<bool> ReadAgainAsync(EffectIntent intent)
    {
        if (!resumed)
        {
            // A first try that is none: its claim has been forgotten meanwhile.
            await ResumeAsync(CancellationToken.None);
        }
        else
        {
            var state = EffectHistory.Of(await journal.LoadAsync(CancellationToken.None)).GetValueOrDefault(intent.Key);
            lock (gate)
            {
                if (state is not null)
                {
                    states[intent.Key] = state;
                }
            }
        }

        return Known(intent.Key) is not null
            ? false
            : throw new PermanentFailure(
                $"Effect {intent.Tool.Id} has a record and no journal: the run is older than the journal's retention. It is not repeated.",
                ReasonCode.InDoubt
            );
    }
}
