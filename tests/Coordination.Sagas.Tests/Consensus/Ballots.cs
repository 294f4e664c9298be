using System.Collections.Concurrent;
using System.Security.Cryptography;
using Coordination.Contracts.V1;
using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>Voters, policies and openings for tests of a ballot's life.</summary>
internal static class Ballots
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private static readonly ConcurrentDictionary<string, ECDsa> Keys = new(StringComparer.Ordinal);

    public static ECDsa KeyOf(string voter) => Keys.GetOrAdd(voter, _ => ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Voters v0, v1 and so on, each of a family and a broker's user of its own.</summary>
    public static VoterProfile[] Voters(int count) => [.. Enumerable.Range(0, count).Select(i => Voter($"v{i}", $"f{i}"))];

    public static VoterProfile Voter(string name, string family) =>
        new()
        {
            Name = name,
            Family = family,
            Users = [name],
        };

    public static VoterProfile Signing(this VoterProfile voter) =>
        voter with
        {
            PublicKey = KeyOf(voter.Name).ExportSubjectPublicKeyInfoPem(),
        };

    public static BallotPolicy Policy(QuorumKind kind = QuorumKind.Majority) =>
        new()
        {
            Name = "refund",
            Rule = new TallyRule { Kind = kind },
        };

    public static OpenBallot Message { get; } =
        new()
        {
            BallotId = Guid.Parse("0198c5a0-9e3f-7f74-8c5d-4b8f3a2e6d7c"),
            Policy = "refund",
            Question = "Refund order 4711 at once, or review it first?",
            Options = [new BallotOption { Name = "refund" }, new BallotOption { Name = "review" }],
            SafeOption = "review",
            Requester = "helpdesk",
        };

    /// <summary>The host that knows these voters, all but the arbiter in the policy's electorate unless it names one.</summary>
    public static ConsensusOptions Host(BallotPolicy policy, params VoterProfile[] voters)
    {
        var options = new ConsensusOptions();
        foreach (var voter in voters)
            options.Voters.Add(voter);
        var electorate = policy.Voters.IsEmpty ? [.. voters.Select(v => v.Name).Where(name => name != policy.Arbiter)] : policy.Voters;
        options.Policies.Add(policy with { Voters = electorate });
        return options;
    }

    public static (BallotOpening? Opening, IReadOnlyList<Problem> Problems) TryOpen(
        this ConsensusOptions host,
        OpenBallot? message = null,
        IReadOnlyDictionary<string, Competence>? judged = null
    ) => new OpeningCheck(host).Check(message ?? Message, judged ?? new Dictionary<string, Competence>(), Noon);
}
