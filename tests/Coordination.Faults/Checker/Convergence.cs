namespace Coordination.Faults.Checker;

/// <summary>Liveness (I-18).</summary>
public static class Convergence
{
    /// <summary>I-18: after the last fault everything comes to rest in time.</summary>
    public static IEnumerable<Violation> AllIsAtRestInTime(Evidence evidence)
    {
        if (evidence.Settled is not { } settled)
        {
            yield return new Violation("I-18", "it never came to rest");
        }
        else if (settled > evidence.SettlesWithin)
        {
            yield return new Violation(
                "I-18",
                $"it came to rest after {settled.TotalSeconds:0} s; {evidence.SettlesWithin.TotalSeconds:0} s are allowed"
            );
        }
    }
}
