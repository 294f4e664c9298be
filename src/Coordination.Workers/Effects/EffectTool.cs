namespace Coordination.Workers;

/// <summary>An outside action an agent may take, declared once (a static field) and used in every call of <see cref="AgentContext.Effect{T}(EffectTool, object?, Func{string, CancellationToken, Task{T}}, Func{string, CancellationToken, Task{ProbeAnswer{T}}}?, DecisionToken?)"/>.</summary>
/// <param name="Name">What is done, for example <c>refund</c>. 1 to 100 characters.</param>
/// <param name="Class">What may be done when its end is not known.</param>
public sealed record EffectTool(string Name, EffectClass Class = EffectClass.Irreversible)
{
    /// <summary>Calls of one effect that may fail, whoever repeats it: all layers and all attempts of the step together. 1 to 100.</summary>
    public int MostCalls { get; init; } = 3;

    /// <summary>Rises when the arguments change their meaning; part of the key.</summary>
    public int Major { get; init; } = 1;

    /// <summary>
    /// The arguments that say which effect it is, by their JSON names: order id, amount, recipient; a dot leads into an object. Part of the key. Empty: one
    /// effect of this tool per step. Never free text that a model words anew each time.
    /// </summary>
    public IReadOnlyList<string> Scope { get; init; } = [];

    /// <summary>
    /// The same effect (tenant, tool, <see cref="Scope"/>) is wanted once in this time, whatever run or step asks. Null: each step may have its own. Up to 10 years.
    /// </summary>
    public TimeSpan? OncePer { get; init; }

    /// <summary>How long a call that was cut off may still take effect; a probe waits for it. 0 to 1 h.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one call may take, at most; the attempt's own deadline comes first. Its end is then not known. 1 ms to 1 day.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The target only takes the work on ("queued"): the effect counts as done when the probe says so. The probe asks until this time is over; then the effect is in
    /// doubt. Null: what returns is done. Up to 1 h.
    /// </summary>
    public TimeSpan? VerifiedWithin { get; init; }

    /// <summary>
    /// <c>T1</c> to <c>T3</c>: the effect is made only with a <see cref="DecisionToken"/> of a ballot of this tier or a higher one. Null: needs no decision.
    /// </summary>
    public string? Tier { get; init; }

    /// <summary>The ballot policy whose decision it takes, beside its tier; null: any of the tier.</summary>
    public string? Policy { get; init; }

    /// <summary>What is called, for retry budgets: tools of one backend share it. The name, where nothing else is said.</summary>
    public string Backend
    {
        get => backend ?? Name;
        init => backend = value;
    }

    /// <summary>Name and major version, for example <c>refund@1</c>.</summary>
    public string Id => $"{Name}@{Major}";

    private readonly string? backend;

    /// <exception cref="ArgumentException">Something in it is out of range.</exception>
    internal EffectTool Checked()
    {
        var problem =
            string.IsNullOrWhiteSpace(Name) || Name.Length > 100 || Name.Any(char.IsControl) ? "Name must be 1 to 100 printable characters"
            : !Enum.IsDefined(Class) ? "Class must be one of EffectClass"
            : MostCalls is < 1 or > 100 ? "MostCalls must be 1 to 100"
            : Major < 1 ? "Major must be 1 or more"
            : string.IsNullOrWhiteSpace(Backend) || Backend.Length > 100 ? "Backend must be 1 to 100 characters"
            : OncePer is { } per && (per <= TimeSpan.Zero || per > TimeSpan.FromDays(3_660))
                ? "OncePer must be more than 0 and at most 10 years"
            : OncePer is not null && Scope.Count == 0 ? "OncePer needs Scope: name the arguments that say which effect it is"
            : OncePer is not null && Class == EffectClass.Pure ? "OncePer is for effects, not for reads"
            : SettleTime < TimeSpan.Zero || SettleTime > TimeSpan.FromHours(1) ? "SettleTime must be 0 to 1 h"
            : Timeout < TimeSpan.FromMilliseconds(1) || Timeout > TimeSpan.FromDays(1) ? "Timeout must be 1 ms to 1 day"
            : VerifiedWithin is { } within && (within <= TimeSpan.Zero || within > TimeSpan.FromHours(1))
                ? "VerifiedWithin must be more than 0 and at most 1 h"
            : Tier is not (null or "T1" or "T2" or "T3") ? "Tier must be T1, T2 or T3, or null"
            : Tier is not null && Class == EffectClass.Pure ? "Tier is for effects, not for reads"
            : Policy is not null && Tier is null ? "Policy goes with Tier: name the least tier, too"
            : null;
        return problem is null ? this : throw Invalid(this, problem);
    }

    private static ArgumentException Invalid(EffectTool tool, string problem) =>
        new($"Effect tool '{Text.Bounded(tool.Name ?? "", 100)}': {problem}.", nameof(tool));
}
