using System.Collections.Immutable;
using System.Security.Cryptography;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Consensus;

/// <summary>Finds what is wrong with policies and voters before the first ballot does.</summary>
internal static class PolicyCheck
{
    private const string P256 = "1.2.840.10045.3.1.7";

    public static IReadOnlyList<string> Faults(ConsensusOptions options)
    {
        var faults = new List<string>();
        if (options.Concurrency is < 1 or > 1_000)
            faults.Add($"Consensus:Concurrency is {options.Concurrency}; it must be from 1 to 1000.");
        var voters = new Dictionary<string, VoterProfile>(StringComparer.Ordinal);
        foreach (var voter in options.Voters)
        {
            if (!IsName(voter.Name))
                faults.Add($"Voter '{voter.Name}': a name is 1 to 64 of a-z 0-9 -.");
            if (!voters.TryAdd(voter.Name, voter))
                faults.Add($"Voter '{voter.Name}' is defined twice.");
            if (voter.PublicKey is { } pem && !IsPublicKey(pem))
                faults.Add($"Voter '{voter.Name}': the public key must be an ECDSA P-256 key in PEM ('-----BEGIN PUBLIC KEY-----').");
        }
        foreach (
            var same in options
                .Voters.Where(v => v.PublicKey is not null)
                .GroupBy(v => Normal(v.PublicKey!))
                .Where(same => same.Count() > 1)
        )
            faults.Add(
                $"Voters {string.Join(", ", same.Select(v => $"'{v.Name}'"))} have the same public key: who holds it would vote for all of them."
            );
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var policy in options.Policies)
        {
            if (!IsName(policy.Name))
                faults.Add($"Policy '{policy.Name}': a name is 1 to 64 of a-z 0-9 -.");
            if (!names.Add(policy.Name))
                faults.Add($"Policy '{policy.Name}' is defined twice.");
            faults.AddRange(Of(policy, voters).Select(fault => $"Policy '{policy.Name}': {fault}"));
        }
        return faults;
    }

    private static bool IsName(string text) =>
        text.Length is >= 1 and <= 64 && text.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-');

    // A private key would be shown with the ballot's record.
    private static bool IsPublicKey(string pem)
    {
        using var key = pem.Contains("PRIVATE", StringComparison.Ordinal) ? null : PublicKeyOf(pem);
        return key is not null;
    }

    private static string Normal(string pem) => string.Concat(pem.Where(c => !char.IsWhiteSpace(c)));

    /// <summary>The key; null when the text is none.</summary>
    public static ECDsa? PublicKeyOf(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == P256)
                return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            // No key: said by the caller, who knows whose.
        }
        key.Dispose();
        return null;
    }

    private static IEnumerable<string> Of(BallotPolicy policy, Dictionary<string, VoterProfile> voters)
    {
        if (policy.Version < 1)
            yield return "a version is 1 or more.";
        if (policy.Tier == RiskTier.T0)
            yield return "tier T0 needs no vote: take T1 to T3.";
        if (policy.Domain is { } domain && !IsName(domain))
            yield return $"domain '{domain}' must be 1 to 64 of a-z 0-9 -.";
        if (policy.Deadline < TimeSpan.FromMilliseconds(100) || policy.Deadline > TimeSpan.FromDays(30))
            yield return $"deadline {policy.Deadline} must be from 100 ms to 30 days.";
        if (policy.PeopleDeadline < TimeSpan.FromSeconds(1) || policy.PeopleDeadline > TimeSpan.FromDays(30))
            yield return $"people's deadline {policy.PeopleDeadline} must be from 1 s to 30 days.";
        if (policy.DebateRounds is < 0 or > 2)
            yield return $"{policy.DebateRounds} rounds of debate; 0 to 2 are allowed.";
        foreach (var unknown in policy.Voters.Where(name => !voters.ContainsKey(name)))
            yield return $"voter '{unknown}' is not defined.";
        if (policy.OnSplit == Fallback.Arbiter || policy.OnNoQuorum == Fallback.Arbiter)
        {
            if (policy.Arbiter is null || !voters.ContainsKey(policy.Arbiter))
                yield return $"its arbiter '{policy.Arbiter}' is not defined.";
            else if (policy.Voters.Contains(policy.Arbiter))
                yield return $"its arbiter '{policy.Arbiter}' is one of its voters.";
            else if (Tiers.Apply(policy, policy.Tier).Signed && voters[policy.Arbiter].PublicKey is null)
                yield return $"its arbiter '{policy.Arbiter}' has no public key; its votes are signed.";
        }
        if (!policy.Panels.IsEmpty && Tiers.Apply(policy, policy.Tier).Rule.Kind == QuorumKind.Byzantine)
            yield return "panels and the byzantine rule do not go together: its quorum is over everybody.";
        if (policy.Panels.Zip(policy.Panels.Skip(1)).Any(pair => pair.First >= pair.Second) || policy.Panels.Any(size => size < 1))
            yield return "sizes of panels must rise.";
        if (policy.Voters.IsEmpty)
        {
            // Who votes is known when a ballot names them; what the rule itself cannot mean is known now.
            foreach (var problem in OfRule(policy.Rule))
                yield return problem;
        }
        if (policy.Voters.IsEmpty || policy.Voters.Any(name => !voters.ContainsKey(name)) || policy.Tier == RiskTier.T0)
            yield break;
        foreach (var problem in Winnable(Tiers.Apply(policy, policy.Tier), [.. policy.Voters.Select(name => voters[name])]))
            yield return problem;
    }

    private static IEnumerable<string> OfRule(TallyRule rule)
    {
        var faults = new List<Problem>();
        BallotCheck.RuleFaults(rule, faults);
        return
        [
            .. faults.Select(fault => fault.Message),
            .. rule.Kind == QuorumKind.KOfN && rule.K < 1 ? [$"policy.k is {rule.K} and must be 1 or more."] : Array.Empty<string>(),
        ];
    }

    private static IEnumerable<string> Winnable(BallotPolicy policy, ImmutableArray<VoterProfile> voters) =>
        Electorate
            .Problems(policy, Electorate.InOrder(voters, [], policy.Domain), [], policy.Domain, new Dictionary<string, Competence>())
            .Select(problem => problem.Message);
}
