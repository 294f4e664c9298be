namespace Coordination.Sagas.Consensus;

/// <summary>What each tier asks for at least.</summary>
public static class Tiers
{
    /// <summary>The policy with everything its tier, or the higher one a requester names, asks for at least. What is stricter already stays.</summary>
    public static BallotPolicy Apply(BallotPolicy policy, RiskTier asked)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var tier = asked > policy.Tier ? asked : policy.Tier;
        return tier switch
        {
            RiskTier.T2 => policy with
            {
                Tier = tier,
                Signed = true,
                Rule = Diverse(IsTwoThirds(policy.Rule) ? policy.Rule : TwoThirdsOf(policy.Rule), 2),
            },
            RiskTier.T3 => policy with
            {
                Tier = tier,
                Signed = true,
                Approval = true,
                Rule = Diverse(IsByzantine(policy.Rule) ? policy.Rule : policy.Rule with { Kind = QuorumKind.Byzantine }, 3) with
                {
                    SilentVeto = SilentVeto.Escalate,
                },
            },
            _ => policy with { Tier = tier },
        };
    }

    /// <summary>Electors a ballot of this tier has at least.</summary>
    public static int Electors(RiskTier tier) =>
        tier switch
        {
            RiskTier.T1 => 3,
            RiskTier.T2 => 5,
            RiskTier.T3 => 4,
            _ => 1,
        };

    private static bool IsTwoThirds(TallyRule rule) =>
        rule.Kind is QuorumKind.Unanimity or QuorumKind.Byzantine
        || rule is { Kind: QuorumKind.Weighted, Threshold: WeightThreshold.TwoThirds };

    private static bool IsByzantine(TallyRule rule) => rule.Kind is QuorumKind.Byzantine or QuorumKind.Unanimity;

    private static TallyRule TwoThirdsOf(TallyRule rule) => rule with { Kind = QuorumKind.Weighted, Threshold = WeightThreshold.TwoThirds };

    private static TallyRule Diverse(TallyRule rule, int families) => rule with { Diversity = Math.Max(rule.Diversity, families) };
}
