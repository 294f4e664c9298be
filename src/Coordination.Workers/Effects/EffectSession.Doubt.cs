using System.Text.Json;
using System.Text.Json.Nodes;
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
                retryable: false,
                detail: $"The deadline comes before a call of about {expected.TotalMilliseconds:0} ms{(pause > TimeSpan.Zero ? $" in {pause.TotalMilliseconds:0} ms" : "")} can end."
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
        var until = known.CalledAt + (accepted ? intent.Tool.VerifiedWithin ?? TimeSpan.Zero : intent.Tool.SettleTime);
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
        outcome = answer is ProbeAnswer<T>.Happened happened ? WithResult(outcome, happened.Result) : outcome;
        await SettleAsync(
            intent,
            outcome with
            {
                Code = status == EffectStatus.InDoubt ? ReasonCode.InDoubt : null,
                Detail = status == EffectStatus.InDoubt ? why ?? "The probe could not say." : outcome.Detail ?? "Found out by the probe.",
            }
        );
    }

    private static async Task<(ProbeAnswer<T> Answer, string? Why)> AskTargetAsync<T>(
        EffectIntent intent,
        Func<string, CancellationToken, Task<ProbeAnswer<T>>> probe,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await probe(intent.Key, cancellationToken), null);
        }
        catch (Exception error) when (error is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            return (new ProbeAnswer<T>.Unknown(), $"The probe failed: {CallErrors.Read(error, null).Detail}");
        }
    }

    /// <summary>Takes a person's word for it, if there is one; otherwise the step waits for it, durably and without holding anything.</summary>
    private async Task ParkAsync(EffectIntent intent, EffectState known)
    {
        if (settings.Answers.TryGetValue(known.QuestionId, out var answer) && EffectAnswer.Read(answer) is { } said)
        {
            await ResolveAsync(intent, said);
            return;
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
        throw new InputRequiredException(known.QuestionId, Question(intent, known), EffectAnswer.Schema, openFor: null);
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

    private static string Question(EffectIntent intent, EffectState known) =>
        Text.Bounded(
            $"Did {intent.Tool.Id} happen{(intent.ScopeText.Length == 0 ? "" : $" ({intent.ScopeText})")}? It was called at {known.CalledAt:u} with key {intent.Key} and "
                + $"how that ended is not known{(known.Detail is null ? "" : $" ({known.Detail.TrimEnd('.')})")}. Look at the target, then answer happened, did-not-happen or compensate.",
            2_000
        );

    /// <summary>Somebody has written to this effect: an earlier owner whose last words were not read, or this process in a commit without an answer.</summary>
    private async Task<bool> ReadAgainAsync(EffectIntent intent)
    {
        var records = await journal.LoadAsync(CancellationToken.None);
        lock (gate)
        {
            states = EffectHistory.Of(records);
        }

        return Known(intent.Key) is not null
            ? false
            : throw new PermanentFailure(
                $"Effect {intent.Tool.Id} has a record and no journal: the run is older than the journal's retention. It is not repeated.",
                ReasonCode.InDoubt
            );
    }

    private async Task<EffectFailure> ConflictAsync(EffectIntent intent, EffectState known)
    {
        var detail =
            $"The same effect was asked for with other arguments (hash {known.ArgsHash[..Math.Min(12, known.ArgsHash.Length)]} before, {intent.ArgsHash[..12]} now). "
            + "Two effects of one tool in one step differ in a member of its scope; an argument a model words anew does not belong into a second call.";
        await AppendAsync(
            Record(JournalKind.Decision, intent) with
            {
                Code = ReasonCode.IdempotencyConflict,
                Detail = $"before: {known.ArgsHash}",
            },
            null
        );
        return Failure(intent, ReasonCode.IdempotencyConflict, retryable: false, detail: detail);
    }

    private async Task<EffectFailure> GuardedAsync(EffectIntent intent)
    {
        var holder = await journal.HolderAsync(intent.Guard!, CancellationToken.None);
        var who = holder is { } found ? $"step '{found.StepId}' of run {found.RunId}, which has it until {found.Until:u}" : "another step";
        await AppendAsync(
            Record(JournalKind.Decision, intent) with
            {
                Code = ReasonCode.IdempotencyConflict,
                Detail = Text.Bounded($"wanted by {who} before", 500),
            },
            null
        );
        return Failure(
            intent,
            ReasonCode.IdempotencyConflict,
            retryable: false,
            detail: $"The same effect ({intent.ScopeText}) was made or is under way for {who}."
        );
    }

    /// <summary>It has failed before. The second time the agent asks for the very same it is told that asking again is no way.</summary>
    private EffectFailure Refused(EffectIntent intent, EffectState known)
    {
        lock (gate)
        {
            asked[intent.Key] = asked.GetValueOrDefault(intent.Key) + 1;
            return asked[intent.Key] < 2
                ? Failure(intent, EffectRules.CodeOf(known), retryable: false, detail: known.Detail)
                : Failure(
                    intent,
                    ReasonCode.DuplicateFailure,
                    retryable: false,
                    detail: $"It failed with {EffectRules.CodeOf(known)} ({known.Detail}); the same call is not made again: change its arguments or do without it."
                );
        }
    }

    private EffectFailure Failure(EffectIntent intent, string code, bool retryable, TimeSpan? retryAfter = null, string? detail = null)
    {
        lock (gate)
        {
            var failure = new EffectFailure(intent.Tool.Id, code, retryable, retryAfter, detail)
            {
                StillWorks =
                [
                    .. states
                        .Values.Where(s => s.Status == EffectStatus.Succeeded)
                        .Select(s => s.Tool)
                        .Distinct()
                        .Order(StringComparer.Ordinal),
                ],
            };
            failures[intent.Key] = failure;
            return failure;
        }
    }

    /// <summary>How often an effect that has failed for good was asked for in this attempt.</summary>
    private readonly Dictionary<string, int> asked = new(StringComparer.Ordinal);

    /// <summary>What did not succeed in this attempt, by key.</summary>
    private readonly Dictionary<string, EffectFailure> failures = new(StringComparer.Ordinal);
}

/// <summary>A person's word about an effect in doubt.</summary>
internal sealed record EffectAnswer(EffectVerdict Verdict, JsonElement? Result, string? By, string? Note)
{
    public static JsonNode Schema =>
        new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["verdict"] = new JsonObject { ["enum"] = new JsonArray("happened", "did-not-happen", "compensate") },
                ["result"] = new JsonObject { ["description"] = "what the call would have returned, for 'happened'" },
                ["by"] = new JsonObject { ["type"] = "string" },
                ["note"] = new JsonObject { ["type"] = "string" },
            },
            ["required"] = new JsonArray("verdict"),
        };

    /// <summary>Null when it says nothing that can be understood.</summary>
    public static EffectAnswer? Read(JsonElement answer)
    {
        string? Word(string name) =>
            answer.ValueKind == JsonValueKind.Object
            && answer.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        EffectVerdict? verdict = Word("verdict") switch
        {
            "happened" => EffectVerdict.Happened,
            "did-not-happen" => EffectVerdict.DidNotHappen,
            "compensate" => EffectVerdict.Compensate,
            _ => null,
        };
        return verdict is { } said
            ? new EffectAnswer(
                said,
                answer.TryGetProperty("result", out var result) && result.ValueKind != JsonValueKind.Null ? result : null,
                Word("by"),
                Word("note")
            )
            : null;
    }
}
