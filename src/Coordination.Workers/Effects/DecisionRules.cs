namespace Coordination.Workers;

/// <summary>A ballot's decision, as the ballots' module stores it.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Outcome">How the voting ended.</param>
/// <param name="Option">What was decided; null: nothing may be done.</param>
/// <param name="ArgumentsHash">SHA-256 of the option's arguments, canonical, in hex; null: it had none.</param>
/// <param name="Tier">T0 to T3.</param>
/// <param name="Policy">The policy's name.</param>
/// <param name="RunId">The run whose step it was asked for; null: for none.</param>
/// <param name="StepId">That step.</param>
internal sealed record BallotDecision(
    string Tenant,
    string Outcome,
    string? Option,
    string? ArgumentsHash,
    string Tier,
    string Policy,
    Guid? RunId,
    string? StepId
);

/// <summary>The effect a decision was used for.</summary>
internal sealed record DecisionUse(string EffectKey, Guid RunId, string StepId, DateTimeOffset UsedAt);

/// <summary>Whether an effect may be made, as its decision stands.</summary>
/// <param name="Refusal">Why not, with the cure; null: it may.</param>
/// <param name="Redeems">It uses up the decision: the use is stored with the intent.</param>
internal readonly record struct Admission(string? Refusal, bool Redeems);

/// <summary>Which effect a decision allows. Pure.</summary>
internal static class DecisionRules
{
    /// <summary>The tier of a tool that needs no decision and got one.</summary>
    public const string LowestTier = "T0";

    public static Admission Judge(EffectIntent intent, string tenant, Guid runId, string stepId, BallotDecision? decision, DecisionUse? use)
    {
        var token = intent.Decision!;
        if (string.Equals(use?.EffectKey, intent.Key, StringComparison.Ordinal))
        {
            // The same effect, resumed or tried again.
            return new Admission(null, Redeems: false);
        }

        var ballot = $"Ballot {token.BallotId}";
        var refusal =
            decision is null || decision.Tenant != tenant ? $"{ballot} is unknown or not decided: ask for the effect when it is decided."
            : decision.RunId is { } run && (run != runId || decision.StepId != stepId)
                ? $"{ballot} was held for step '{decision.StepId}' of run {run}: it allows nothing elsewhere, open another ballot."
            : intent.Tool.Policy is { } policy && decision.Policy != policy
                ? $"{ballot} was held under policy '{decision.Policy}', the effect needs '{policy}': open one under that policy."
            : decision.Option is null ? $"{ballot} ended without an option ({decision.Outcome}): nothing may be done."
            : decision.Option != token.Option
                ? $"{ballot} decided for '{decision.Option}', not for '{token.Option}': do what was decided, or open another ballot."
            : decision.ArgumentsHash is null
                ? $"{ballot} was held without arguments: give its options those of the effect (BallotRequest.Option) and open another."
            : decision.ArgumentsHash != intent.ArgsHash
                ? $"{ballot} decided for other arguments (hash {decision.ArgumentsHash[..Math.Min(12, decision.ArgumentsHash.Length)]}, {intent.ArgsHash[..12]} now): "
                    + "make the effect with exactly the option's, or open another ballot."
            : string.CompareOrdinal(decision.Tier, intent.Tool.Tier ?? LowestTier) < 0
                ? $"{ballot} was held at tier {decision.Tier}, the effect needs {intent.Tool.Tier}: open one of that tier."
            : use is not null
                ? $"{ballot} was used for step '{use.StepId}' of run {use.RunId} at {use.UsedAt:u}: a decision allows one effect, open another ballot."
            : null;
        return new Admission(refusal, Redeems: refusal is null);
    }
}
