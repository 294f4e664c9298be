using Microsoft.EntityFrameworkCore;

namespace Coordination.Workers;

/// <summary>The tables of effects, for migrations; the hot path writes them by hand.</summary>
internal static class EffectTables
{
    public static void Define(ModelBuilder model)
    {
        model.Entity<EffectJournalRow>(journal =>
        {
            journal.ToTable("effect_journal");
            journal.HasKey(x => new { x.RunId, x.Seq });
            // Of first records only, for retention: every further index would be paid by every effect.
            journal.HasIndex(x => x.At, "ix_effect_journal_first").HasFilter("seq = 1");
            journal.Property(x => x.Kind).HasMaxLength(16);
            journal.Property(x => x.StepId).HasMaxLength(64);
        });
        model.Entity<EffectRow>(effect =>
        {
            effect.ToTable("effect");
            effect.HasKey(x => new { x.Tenant, x.EffectKey });
            effect.HasIndex(x => x.RunId, "ix_effect_run");
            // For the list of all effects: on columns that never change, so that no update of an effect touches it, and an insert appends to its end.
            effect.HasIndex(x => new { x.CreatedAt, x.EffectKey }, "ix_effect_created");
            effect.HasIndex(x => x.ChangedAt, "ix_effect_doubt").HasFilter("status = 'indoubt'");
            effect.Property(x => x.EffectKey).HasMaxLength(64);
            effect.Property(x => x.StepId).HasMaxLength(64);
            effect.Property(x => x.Status).HasMaxLength(16);
        });
        model.Entity<EffectGuardRow>(guard =>
        {
            guard.ToTable("effect_guard");
            guard.HasKey(x => new { x.Tenant, x.Guard });
            guard.HasIndex(x => x.HeldUntil, "ix_effect_guard_until");
            guard.Property(x => x.Guard).HasMaxLength(64);
            guard.Property(x => x.EffectKey).HasMaxLength(64);
            guard.Property(x => x.StepId).HasMaxLength(64);
        });
        model.Entity<DecisionUseRow>(use =>
        {
            use.ToTable("decision_use");
            use.HasKey(x => x.BallotId);
            use.Property(x => x.EffectKey).HasMaxLength(64);
            use.Property(x => x.StepId).HasMaxLength(64);
        });
        model.Entity<RetryBudgetRow>(budget =>
        {
            budget.ToTable("retry_budget");
            budget.HasKey(x => new
            {
                x.Backend,
                x.Slot,
                x.Worker,
            });
        });
    }
}

/// <summary>A line of a run's journal: <see cref="JournalRecord"/> as it is stored.</summary>
public sealed class EffectJournalRow
{
    public Guid RunId { get; set; }
    public long Seq { get; set; }
    public required string Kind { get; set; }
    public required string StepId { get; set; }
    public bool Compensating { get; set; }
    public int Attempt { get; set; }
    public long Epoch { get; set; }
    public required string Worker { get; set; }
    public DateTimeOffset At { get; set; }
    public string? Definition { get; set; }
    public string? Tool { get; set; }
    public string? Class { get; set; }
    public string? EffectKey { get; set; }
    public string? ArgsHash { get; set; }
    public byte[]? Args { get; set; }
    public string? Status { get; set; }
    public byte[]? Result { get; set; }
    public string? Code { get; set; }
    public string? Detail { get; set; }
    public DateTimeOffset? RetryAt { get; set; }
    public string? Model { get; set; }
    public long? InputTokens { get; set; }
    public long? OutputTokens { get; set; }
    public long? CostMicroUsd { get; set; }
    public long? DurationMs { get; set; }
    public string? TraceId { get; set; }
    public required byte[] Hash { get; set; }
}

/// <summary>An effect: one row per key, so that it cannot be done twice.</summary>
public sealed class EffectRow
{
    public required string Tenant { get; set; }
    public required string EffectKey { get; set; }
    public Guid RunId { get; set; }
    public required string StepId { get; set; }
    public bool Compensating { get; set; }
    public required string Tool { get; set; }
    public required string Class { get; set; }

    /// <summary>The scope's values for a person to read.</summary>
    public required string Scope { get; set; }
    public required string ArgsHash { get; set; }
    public required string Status { get; set; }

    /// <summary>Calls that may have reached the target.</summary>
    public int Calls { get; set; }

    /// <summary>Rises with every change.</summary>
    public int Version { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset ChangedAt { get; set; }
}

/// <summary>A business effect somebody has, across steps and runs.</summary>
public sealed class EffectGuardRow
{
    public required string Tenant { get; set; }
    public required string Guard { get; set; }
    public required string EffectKey { get; set; }
    public required string Tool { get; set; }
    public Guid RunId { get; set; }
    public required string StepId { get; set; }
    public DateTimeOffset HeldUntil { get; set; }
}

/// <summary>The one effect a decision was used for.</summary>
public sealed class DecisionUseRow
{
    public Guid BallotId { get; set; }
    public required string EffectKey { get; set; }
    public Guid RunId { get; set; }
    public required string StepId { get; set; }
    public DateTimeOffset UsedAt { get; set; }
}

/// <summary>First attempts and retries of one backend in ten seconds, counted by one worker.</summary>
public sealed class RetryBudgetRow
{
    public required string Backend { get; set; }

    /// <summary>Seconds since 1970 divided by ten; 0 with no worker: the backend's lock.</summary>
    public long Slot { get; set; }
    public required string Worker { get; set; }
    public long Firsts { get; set; }
    public long Retries { get; set; }
}
