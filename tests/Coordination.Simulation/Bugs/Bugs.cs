namespace Coordination.Simulation;

/// <summary>The planted bugs by name.</summary>
internal static class Bugs
{
    public static IReadOnlyDictionary<string, Bug> All { get; } =
        new Dictionary<string, Bug>(StringComparer.Ordinal)
        {
            ["acknowledge-before-commit"] = new AcknowledgeBeforeCommit(),
            ["publish-before-commit"] = new PublishBeforeCommit(),
            ["publish-although-commit-threw"] = new PublishAlthoughCommitThrew(),
            ["repeat-under-new-id"] = new RepeatUnderNewId(),
            ["inbox-outside-transaction"] = new InboxOutsideTransaction(),
            ["inbox-without-consumer"] = new InboxWithoutConsumer(),
            ["inbox-per-process"] = new InboxPerProcess(),
            ["acknowledge-past-unfinished"] = new AcknowledgePastUnfinished(),
            ["hand-over-without-inbox"] = new HandOverWithoutInbox(),
            ["guards-without-effect"] = new GuardsWithoutEffect(),
            ["takeover-before-lease-end"] = new TakeoverBeforeLeaseEnd(),
            ["delete-before-confirm"] = new DeleteBeforeConfirm(),
            ["refused-row-dropped"] = new RefusedRowDropped(),
            ["claim-without-lease"] = new ClaimWithoutLease(),
            ["lease-shorter-than-publish"] = new LeaseShorterThanPublish(),
            ["sweep-ignores-order"] = new SweepIgnoresOrder(),
            ["relay-ignores-older-rows"] = new RelayIgnoresOlderRows(),
            ["timer-not-cancelled"] = new TimerNotCancelled(),
            ["timer-moved-by-copy"] = new TimerMovedByCopy(),
            ["timer-early"] = new TimerEarly(),
            ["row-deleted-at-hand-over"] = new RowDeletedAtHandOver(),
        };

    public static Bug Find(string name) =>
        All.GetValueOrDefault(name)
        ?? throw new ArgumentException($"No bug '{name}'. There are: {string.Join(", ", All.Keys)}.", nameof(name));
}
