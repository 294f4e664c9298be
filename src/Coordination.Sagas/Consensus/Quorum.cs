namespace Coordination.Sagas.Consensus;

/// <summary>How many heads an option needs. Formulas: Lamport, Shostak and Pease (1982) for <see cref="Byzantine"/>; the others are counting.</summary>
public static class Quorum
{
    /// <summary>Heads needed under a rule that counts heads.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rule counts weight.</exception>
    public static int Of(TallyRule rule, int electors)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule.Kind switch
        {
            QuorumKind.Majority => Majority(electors),
            QuorumKind.TwoThirds => TwoThirds(electors),
            QuorumKind.KOfN => rule.K,
            QuorumKind.Unanimity => electors,
            QuorumKind.Byzantine => Byzantine(electors),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule.Kind, "This rule counts weight, not heads."),
        };
    }

    /// <summary>floor(n/2) + 1.</summary>
    public static int Majority(int electors) => (electors / 2) + 1;

    /// <summary>floor(2n/3) + 1.</summary>
    public static int TwoThirds(int electors) => (2 * electors / 3) + 1;

    /// <summary>ceil((n+f+1)/2) with f = floor((n-1)/3): behind a winner with so many heads stands a majority of the honest, even if f of them lie.</summary>
    public static int Byzantine(int electors) => (electors + Liars(electors) + 2) / 2;

    /// <summary>f = floor((n-1)/3): how many may lie under <see cref="Byzantine"/>.</summary>
    public static int Liars(int electors) => (electors - 1) / 3;
}
