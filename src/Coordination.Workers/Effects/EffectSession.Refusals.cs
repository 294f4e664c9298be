using Coordination.Contracts;

namespace Coordination.Workers;

// What an agent is told when an effect is not made, or did not succeed.
internal sealed partial class EffectSession
{
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

    /// <summary>Whether the call uses up a decision; throws where it needs one that does not allow it.</summary>
    /// <exception cref="EffectFailure">ADMISSION_DENIED.</exception>
    private async Task<bool> AdmitAsync(EffectIntent intent, CancellationToken cancellationToken)
    {
        if (intent.Decision is null)
        {
            return intent.Tool.Tier is null
                ? false
                : throw await DeniedAsync(
                    intent,
                    $"An effect of tier {intent.Tool.Tier} needs a decision: hold a ballot of that tier over its arguments, then pass new DecisionToken(ballotId, option)."
                );
        }

        var admission = await journal.AdmitAsync(intent, cancellationToken);
        return admission.Refusal is null ? admission.Redeems : throw await DeniedAsync(intent, admission.Refusal);
    }

    private async Task<EffectFailure> DeniedAsync(EffectIntent intent, string detail)
    {
        detail = Text.Bounded(detail, 500);
        await AppendAsync(Record(JournalKind.Decision, intent) with { Code = ReasonCode.AdmissionDenied, Detail = detail }, null);
        return Failure(intent, ReasonCode.AdmissionDenied, retryable: false, detail: detail);
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
            var failure = new EffectFailure(intent.Tool.Id, code, retryable, retryAfter, detail) { StillWorks = [.. relied] };
            failures[intent.Key] = failure;
            return failure;
        }
    }

    /// <summary>How often an effect that has failed for good was asked for in this attempt.</summary>
    private readonly Dictionary<string, int> asked = new(StringComparer.Ordinal);

    /// <summary>What did not succeed in this attempt, by key.</summary>
    private readonly Dictionary<string, EffectFailure> failures = new(StringComparer.Ordinal);
}
