namespace Coordination.Persistence;

/// <summary>
/// Mistakes a process makes on purpose when <see cref="FailpointPlan"/> lets it: a fault suite that does not find them is no evidence. Each is one condition at the
/// place where the right thing is done.
/// </summary>
public static class PlantedBugs
{
    /// <summary>A message is acknowledged while its unit of work is not committed.</summary>
    public const string AckBeforeCommit = "ack-before-commit";

    /// <summary>An effect is recorded as done before it is done.</summary>
    public const string OutcomeBeforeCall = "outcome-before-call";

    /// <summary>A worker whose lease has run out goes on, and the journal lets it.</summary>
    public const string NoFence = "no-fence";

    /// <summary>An effect's key is another one in each attempt.</summary>
    public const string KeyWithAttempt = "key-with-attempt";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [AckBeforeCommit, OutcomeBeforeCall, NoFence, KeyWithAttempt];
}
