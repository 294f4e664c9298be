namespace Coordination.Workers;

/// <summary>Where a step's effects are written down: the database, or the memory of a test.</summary>
internal interface IEffectJournal
{
    /// <summary>The step's records so far.</summary>
    Task<IReadOnlyList<JournalRecord>> LoadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Commits records together with the change of an effect's row. Returns when it is certain that they are stored, or that they are not and why.
    /// </summary>
    /// <exception cref="OperationCanceledException">The claim is not ours any more; nothing may be done.</exception>
    Task<AppendResult> AppendAsync(IReadOnlyList<JournalRecord> records, EffectChange? change);

    /// <summary>Throws when this process may be taken for dead by now: looked at last before a call.</summary>
    void ThrowIfLost();

    /// <summary>The database clock as this process knows it.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Who has a business effect.</summary>
    Task<(Guid RunId, string StepId, DateTimeOffset Until)?> HolderAsync(string guard, CancellationToken cancellationToken);

    /// <summary>Whether the decision an effect comes with allows it.</summary>
    Task<Admission> AdmitAsync(EffectIntent intent, CancellationToken cancellationToken);
}

/// <summary>What happens to the row of an effect.</summary>
/// <param name="Intent">The effect.</param>
/// <param name="Status">Its new status.</param>
/// <param name="IsCall">A call is about to be made.</param>
/// <param name="Version">The version the row had; 0: there is none.</param>
/// <param name="Redeems">Uses up the intent's decision.</param>
internal sealed record EffectChange(EffectIntent Intent, EffectStatus Status, bool IsCall, int Version, bool Redeems = false);

/// <summary>Whether an append was stored.</summary>
internal enum AppendResult
{
    Stored,

    /// <summary>The effect's row is not as the caller believed: read the journal again.</summary>
    Changed,

    /// <summary>Another step has the business effect.</summary>
    Guarded,

    /// <summary>The decision is used by another effect.</summary>
    Refused,
}
