using System.Collections.Immutable;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Consensus;

/// <summary>What makes a ballot one that cannot be tallied, or not be opened. Every fault with its place.</summary>
public static class BallotCheck
{
    /// <summary>Electors a ballot may have.</summary>
    public const int MaxElectors = 100;

    /// <summary>Options a ballot may have.</summary>
    public const int MaxOptions = 50;

    /// <summary>Why the ballot cannot be tallied; empty when it can.</summary>
    public static IReadOnlyList<Problem> Faults(Ballot ballot)
    {
        ArgumentNullException.ThrowIfNull(ballot);
        var faults = new List<Problem>();
        var n = ballot.Electorate.Length;
        RuleFaults(ballot.Rule, faults);
        if (ballot.Rule.Kind == QuorumKind.KOfN && (ballot.Rule.K < 1 || ballot.Rule.K > n))
            Add(faults, "policy.k", $"is {ballot.Rule.K} and must be 1 to {n}, the size of the electorate");
        if (ballot.Rule.Kind == QuorumKind.Byzantine && n < 4)
            Add(faults, "electorate", $"has {n} voters; the byzantine rule needs 4 at least: with fewer, one liar decides");
        OptionFaults(ballot.Options, faults);
        if (n is 0 or > MaxElectors)
            Add(faults, "electorate", $"has {n} voters and must have 1 to {MaxElectors}");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < n && i < MaxElectors; i++)
            ElectorFaults(ballot.Electorate[i], $"electorate[{i}]", seen, faults);
        return faults;
    }

    /// <summary>Numbers of a rule that are out of range.</summary>
    public static void RuleFaults(TallyRule rule, ICollection<Problem> faults)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(faults);
        if (rule.Diversity is < 1 or > MaxElectors)
            Add(faults, "policy.diversity", $"is {rule.Diversity} and must be 1 to {MaxElectors}");
        Share("policy.confidenceFloor", rule.ConfidenceFloor, faults);
        Share("policy.rho", rule.Rho, faults);
        Share("policy.dissentConfidence", rule.DissentConfidence, faults);
    }

    /// <summary>Why a ballot that could be tallied may not be opened: its rule could never be met.</summary>
    public static IReadOnlyList<Problem> Unwinnable(Ballot ballot)
    {
        ArgumentNullException.ThrowIfNull(ballot);
        var faults = new List<Problem>();
        var families = ballot.Electorate.Select(e => e.Family).Distinct(StringComparer.Ordinal).Count();
        if (families < ballot.Rule.Diversity)
            Add(
                faults,
                "electorate",
                $"has voters of {families} model {(families == 1 ? "family" : "families")}; the policy needs {ballot.Rule.Diversity}: models of one family err together"
            );
        if (ballot.Rule.Kind == QuorumKind.Weighted && Weights.Of(ballot.Electorate, ballot.Rule.Rho).Sum() <= Weights.Tolerance)
            Add(faults, "electorate", "has no weight: too few of its voters have been right more often than a coin");
        return faults;
    }

    private static void OptionFaults(ImmutableArray<string> options, List<Problem> faults)
    {
        if (options.Length is < 2 or > MaxOptions)
            Add(faults, "options", $"has {options.Length} entries and must have 2 to {MaxOptions}");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Length && i < MaxOptions; i++)
        {
            if (string.IsNullOrWhiteSpace(options[i]) || options[i].Length > 100)
                Add(faults, $"options[{i}]", "must have 1 to 100 characters and not be blank");
            else if (Vote.IsAbstention(options[i]))
                Add(faults, $"options[{i}]", $"is {options[i]}, which means no option at all");
            else if (!seen.Add(options[i]))
                Add(faults, $"options[{i}]", $"'{options[i]}' is in the list already");
        }
    }

    private static void ElectorFaults(Elector elector, string path, HashSet<string> seen, List<Problem> faults)
    {
        if (string.IsNullOrWhiteSpace(elector.Voter))
            Add(faults, path + ".voter", "must not be blank");
        else if (!seen.Add(elector.Voter))
            Add(faults, path + ".voter", $"'{elector.Voter}' is in the electorate already: one vote a principal");
        if (elector.Judged < 0)
            Add(faults, path + ".judged", $"is {elector.Judged} and must be 0 or more");
        if (elector.Correct < 0 || elector.Correct > elector.Judged)
            Add(faults, path + ".correct", $"is {elector.Correct} and must be 0 to judged ({elector.Judged})");
        if (elector.Brier is { } brier)
            Share(path + ".brier", brier, faults);
    }

    private static void Share(string path, double value, ICollection<Problem> faults)
    {
        if (!(value >= 0 && value <= 1))
            Add(faults, path, $"is {value} and must be 0 to 1");
    }

    private static void Add(ICollection<Problem> faults, string path, string rule) =>
        faults.Add(
            new Problem
            {
                Code = ReasonCode.ContractInvalid,
                Path = path,
                Message = $"{path} {rule}.",
            }
        );
}
