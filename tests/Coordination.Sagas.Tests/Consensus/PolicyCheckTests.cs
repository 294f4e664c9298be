using System.Security.Cryptography;
using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>What is wrong with policies and voters is said when the host starts, not by the first ballot.</summary>
public sealed class PolicyCheckTests
{
    private static BallotPolicy Good => Ballots.Policy();

    public static TheoryData<string, Func<BallotPolicy, BallotPolicy>, string> Faults =>
        new()
        {
            { "name", p => p with { Name = "Refund!" }, "a name is 1 to 64 of a-z 0-9 -." },
            { "version", p => p with { Version = 0 }, "a version is 1 or more." },
            { "tier", p => p with { Tier = RiskTier.T0 }, "tier T0 needs no vote: take T1 to T3." },
            { "domain", p => p with { Domain = "Pay ments" }, "domain 'Pay ments' must be 1 to 64 of a-z 0-9 -." },
            { "short", p => p with { Deadline = TimeSpan.FromMilliseconds(99) }, "must be from 100 ms to 30 days." },
            { "long", p => p with { Deadline = TimeSpan.FromDays(31) }, "must be from 100 ms to 30 days." },
            { "people", p => p with { PeopleDeadline = TimeSpan.Zero }, "people's deadline 00:00:00 must be from 1 s to 30 days." },
            { "debate", p => p with { DebateRounds = 3 }, "3 rounds of debate; 0 to 2 are allowed." },
            { "voter", p => p with { Voters = ["v0", "v1", "v2", "v9"] }, "voter 'v9' is not defined." },
            { "twice", p => p with { Voters = ["v0", "v1", "v0", "v2"] }, "'v0' is in the electorate already" },
            { "no arbiter", p => p with { OnSplit = Fallback.Arbiter }, "its arbiter '' is not defined." },
            { "unknown arbiter", p => p with { OnNoQuorum = Fallback.Arbiter, Arbiter = "v9" }, "its arbiter 'v9' is not defined." },
            {
                "voting arbiter",
                p => p with { OnSplit = Fallback.Arbiter, Arbiter = "v0", Voters = ["v0", "v1", "v2"] },
                "its arbiter 'v0' is one of its voters."
            },
            { "panels", p => p with { Panels = [5, 3] }, "sizes of panels must rise." },
            { "empty panel", p => p with { Panels = [0, 3] }, "sizes of panels must rise." },
            { "few", p => p with { Voters = ["v0", "v1"] }, "electorate has 2 voters; tier T1 needs 3 at least." },
            { "keys", p => p with { Tier = RiskTier.T2 }, "voter 'v0' has no public key; votes of tier T2 are signed." },
            { "families", p => p with { Rule = p.Rule with { Diversity = 6 } }, "has voters of 5 model families; the policy needs 6" },
            { "k", p => p with { Rule = p.Rule with { Kind = QuorumKind.KOfN, K = 6 } }, "policy.k is 6 and must be 1 to 5" },
            {
                "panel below k",
                p => p with { Panels = [3], Rule = p.Rule with { Kind = QuorumKind.KOfN, K = 4 } },
                "policy.k is 4 and must be 1 to 3"
            },
            {
                "liars",
                p => p with { Voters = ["v0", "v1", "v2"], Rule = p.Rule with { Kind = QuorumKind.Byzantine } },
                "the byzantine rule needs 4"
            },
            { "floor", p => p with { Rule = p.Rule with { ConfidenceFloor = 1.1 } }, "policy.confidenceFloor is 1.1" },
            { "rho", p => p with { Rule = p.Rule with { Rho = double.NaN } }, "policy.rho is NaN" },
            { "dissent", p => p with { Rule = p.Rule with { DissentConfidence = -1 } }, "policy.dissentConfidence is -1" },
        };

    [Theory, MemberData(nameof(Faults))]
    public void Every_fault_of_a_policy_is_named(string what, Func<BallotPolicy, BallotPolicy> change, string fault)
    {
        var faults = Ballots.Host(change(Good), Ballots.Voters(5)).Faults();

        faults.ShouldContain(f => f.Contains(fault), what);
        faults.ShouldAllBe(f => f.StartsWith($"Policy '{change(Good).Name}': "));
    }

    [Fact]
    public void A_good_policy_has_no_fault()
    {
        Ballots.Host(Good with { Panels = [3, 5], DebateRounds = 2 }, Ballots.Voters(7)).Faults().ShouldBeEmpty();
        Ballots.Host(Good with { Tier = RiskTier.T3 }, [.. Ballots.Voters(4).Select(voter => voter.Signing())]).Faults().ShouldBeEmpty();
    }

    [Fact]
    public void Several_faults_are_named_at_once()
    {
        Ballots.Host(Good with { Version = 0, DebateRounds = 9, Panels = [2, 1] }, Ballots.Voters(5)).Faults().Count.ShouldBe(3);
    }

    [Fact]
    public void A_rule_is_checked_though_only_its_ballots_name_voters()
    {
        var host = new ConsensusOptions();
        host.Policies.Add(
            Good with
            {
                Rule = new TallyRule { Kind = QuorumKind.KOfN, Diversity = 0 },
            }
        );

        host.Faults()
            .ShouldBe([
                "Policy 'refund': policy.diversity is 0 and must be 1 to 100.",
                "Policy 'refund': policy.k is 0 and must be 1 or more.",
            ]);
    }

    [Fact]
    public void An_arbiter_without_a_key_is_named_where_votes_are_signed()
    {
        var voters = Ballots.Voters(5).Select(voter => voter.Signing()).Append(Ballots.Voter("judge", "x")).ToArray();
        var policy = Good with { Tier = RiskTier.T2, OnSplit = Fallback.Arbiter, Arbiter = "judge" };

        Ballots.Host(policy, voters).Faults().ShouldBe(["Policy 'refund': its arbiter 'judge' has no public key; its votes are signed."]);
        Ballots.Host(policy with { Tier = RiskTier.T1 }, voters).Faults().ShouldBeEmpty();
    }

    [Fact]
    public void Voters_and_policies_are_named_once_and_keys_are_keys()
    {
        var rsa = RSA.Create(2048).ExportSubjectPublicKeyInfoPem();
        var large = ECDsa.Create(ECCurve.NamedCurves.nistP384).ExportSubjectPublicKeyInfoPem();
        var host = new ConsensusOptions { Concurrency = 0 };
        foreach (var key in new[] { "no key", rsa, large })
            host.Voters.Add(Ballots.Voter("V 0", "f0") with { PublicKey = key });
        host.Policies.Add(Good);
        host.Policies.Add(Good);

        var faults = host.Faults();

        faults.Count(f => f == "Voter 'V 0': a name is 1 to 64 of a-z 0-9 -.").ShouldBe(3);
        faults.Count(f => f == "Voter 'V 0' is defined twice.").ShouldBe(2);
        faults
            .Count(f => f.StartsWith("Voter 'V 0': the public key must be an ECDSA P-256 key in PEM", StringComparison.Ordinal))
            .ShouldBe(3);
        faults.ShouldContain("Policy 'refund' is defined twice.");
        faults.ShouldContain("Consensus:Concurrency is 0; it must be from 1 to 1000.");
    }
}
