using Coordination.Sagas.Consensus;

namespace Coordination.Host.Ballots;

/// <summary>The rule of a policy as JSON, wherever a file has one: its members, their words, their defaults.</summary>
internal static class PolicyJson
{
    /// <summary>Members that make up the rule. Whether their numbers are in range is for <see cref="BallotCheck"/> to say.</summary>
    public static IReadOnlyList<string> RuleMembers { get; } =
    ["rule", "threshold", "k", "diversity", "confidenceFloor", "rho", "dissentConfidence", "silentVeto"];

    public static IReadOnlyDictionary<string, QuorumKind> Rules { get; } =
        new OrderedDictionary<string, QuorumKind>
        {
            ["majority"] = QuorumKind.Majority,
            ["twoThirds"] = QuorumKind.TwoThirds,
            ["kOfN"] = QuorumKind.KOfN,
            ["unanimity"] = QuorumKind.Unanimity,
            ["byzantine"] = QuorumKind.Byzantine,
            ["weighted"] = QuorumKind.Weighted,
        };

    public static IReadOnlyDictionary<string, WeightThreshold> Thresholds { get; } =
        new OrderedDictionary<string, WeightThreshold> { ["1/2"] = WeightThreshold.Half, ["2/3"] = WeightThreshold.TwoThirds };

    public static IReadOnlyDictionary<string, SilentVeto> SilentVetoes { get; } =
        new OrderedDictionary<string, SilentVeto> { ["decide"] = SilentVeto.Decide, ["escalate"] = SilentVeto.Escalate };

    /// <summary>The rule of an object that may have <see cref="RuleMembers"/>, and others for its reader.</summary>
    public static TallyRule RuleOf(StrictObject policy)
    {
        var absent = new TallyRule();
        return new TallyRule
        {
            Kind = policy.Word("rule", absent.Kind, Rules),
            Threshold = policy.Word("threshold", absent.Threshold, Thresholds),
            K = policy.Whole("k", absent.K),
            Diversity = policy.Whole("diversity", absent.Diversity),
            ConfidenceFloor = policy.Number("confidenceFloor", absent.ConfidenceFloor),
            Rho = policy.Number("rho", absent.Rho),
            DissentConfidence = policy.Number("dissentConfidence", absent.DissentConfidence),
            SilentVeto = policy.Word("silentVeto", absent.SilentVeto, SilentVetoes),
        };
    }
}
