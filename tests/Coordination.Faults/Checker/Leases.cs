namespace Coordination.Faults.Checker;

/// <summary>Who held a claim when (I-8), from every change the database saw.</summary>
public static class Leases
{
    /// <summary>
    /// I-8: the fencing epoch never falls, an epoch has one owner, a claim changes hands only when its lease had run out or was given back, and a closed
    /// claim does not change any more.
    /// </summary>
    public static IEnumerable<Violation> ClaimsHaveOneHolderAtATime(Evidence evidence)
    {
        foreach (var changes in evidence.Claims.GroupBy(change => change.ClaimId))
        {
            ClaimChange? before = null;
            foreach (var change in changes)
            {
                if (before is not null && Fault(before, change) is { } fault)
                {
                    yield return new Violation("I-8", $"claim {change.ClaimId}: {fault}");
                }

                before = change;
            }

            if (before is { State: "open" })
            {
                yield return new Violation("I-8", $"claim {before.ClaimId} is still open, owner {before.Owner ?? "nobody"}");
            }
        }
    }

    private static string? Fault(ClaimChange before, ClaimChange change) =>
        before.State == "done" ? $"changed after it was closed in epoch {before.Epoch}"
        : change.Epoch < before.Epoch ? $"epoch {change.Epoch} was accepted after {before.Epoch}"
        : change.Epoch == before.Epoch && change.Owner is not null && change.Owner != before.Owner
            ? $"epoch {change.Epoch} belongs to {before.Owner ?? "nobody"} and to {change.Owner}"
        : change.Epoch > before.Epoch && before.Owner is not null && before.ExpiresAt > change.At
            ? $"{change.Owner} took it at {change.At:HH:mm:ss.fff}, while {before.Owner} had it until {before.ExpiresAt:HH:mm:ss.fff}"
        : null;
}
