using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;

namespace Coordination.Sagas.Consensus;

/// <summary>Turns the wish to open a ballot into an opening with a frozen electorate, or says why not. Knows the host's policies and voters.</summary>
internal sealed class OpeningCheck
{
    private readonly Dictionary<string, BallotPolicy> policies;
    private readonly Dictionary<string, VoterProfile> voters;

    public OpeningCheck(ConsensusOptions options)
    {
        policies = options.Policies.ToDictionary(p => p.Name, StringComparer.Ordinal);
        voters = options.Voters.ToDictionary(v => v.Name, StringComparer.Ordinal);
    }

    /// <summary>Whose record of right votes counts; null when there is no such policy.</summary>
    public string? DomainOf(OpenBallot message) =>
        policies.TryGetValue(message.Policy, out var policy) ? message.Domain ?? policy.Domain ?? policy.Name : null;

    /// <summary>Identity of what is opened: equal for the same wish whatever order its members came in.</summary>
    public static string HashOf(OpenBallot message) =>
        Convert.ToHexStringLower(
            SHA256.HashData(CanonicalJson.Of(JsonSerializer.Deserialize<JsonElement>(ContractJson.Serialize(message))))
        );

    /// <summary>The opening; null with every problem when it must not be opened.</summary>
    public (BallotOpening? Opening, IReadOnlyList<Problem> Problems) Check(
        OpenBallot message,
        IReadOnlyDictionary<string, Competence> judged,
        DateTimeOffset now
    )
    {
        if (!policies.TryGetValue(message.Policy, out var named))
            return (
                null,
                [
                    Refusal(
                        "policy",
                        $"'{message.Policy}' is not defined; the host has {(policies.Count == 0 ? "none" : string.Join(", ", policies.Keys))}."
                    ),
                ]
            );
        var asked = message.Tier is { } text ? Enum.Parse<RiskTier>(text) : (RiskTier?)null;
        var policy = Tiers.Apply(named, asked ?? named.Tier);
        var problems = new List<Problem>();
        var names = message.Voters is { } chosen ? [.. chosen] : policy.Voters;
        for (var i = 0; i < names.Length; i++)
        {
            if (!voters.ContainsKey(names[i]))
                problems.Add(Refusal($"voters[{i}]", $"'{names[i]}' is not defined at the host."));
            else if (names.IndexOf(names[i]) < i)
                problems.Add(Refusal($"voters[{i}]", $"'{names[i]}' is in the list already: one vote a principal."));
            else if (policy.Arbiter == names[i] && UsesArbiter(policy))
                problems.Add(Refusal($"voters[{i}]", $"'{names[i]}' is the policy's arbiter."));
        }
        // A requester may ask more, or others where none of them could object: never leave out who may.
        foreach (
            var unheard in policy.Voters.Where(name =>
                !names.Contains(name)
                && voters.TryGetValue(name, out var voter)
                && !(voter.VetoDomains.IsEmpty && voter.ExpertDomains.IsEmpty)
            )
        )
            problems.Add(
                Refusal("voters", $"leave out '{unheard}', who may veto or is an expert: the policy's voters with such a right stay.")
            );
        if (named.Domain is { } own && message.Domain is { } other && other != own)
            problems.Add(Refusal("domain", $"is '{other}'; the policy '{named.Name}' is about '{own}': take a policy of that domain."));
        if (names.IsEmpty)
            problems.Add(Refusal("voters", "are named neither here nor by the policy."));
        if (problems.Count > 0)
            return (null, problems);

        ImmutableArray<string> flags = [.. message.Flags ?? []];
        var domain = message.Domain ?? policy.Domain;
        var electorate = Electorate.InOrder([.. names.Select(name => voters[name])], flags, domain);
        problems.AddRange(Electorate.Problems(policy, electorate, flags, domain, judged));
        if (policy.Signed && UsesArbiter(policy) && voters.TryGetValue(policy.Arbiter!, out var arbiter) && arbiter.PublicKey is null)
            problems.Add(Refusal("policy", $"its arbiter '{arbiter.Name}' has no public key; votes of tier {policy.Tier} are signed."));
        if (problems.Count > 0)
            return (null, problems);
        var opening = Opening(message, policy, asked, electorate, flags, domain, judged, now);
        return BallotQuestion.Fits(BallotQuestion.Of(new BallotState { Opening = opening, Asked = 1 }, electorate[0].Name, now))
            ? (opening, [])
            : (
                null,
                [Refusal("subject", "is too large, with options and evidence, for a message to the voters: give a reference instead.")]
            );
    }

    private BallotOpening Opening(
        OpenBallot message,
        BallotPolicy policy,
        RiskTier? asked,
        ImmutableArray<VoterProfile> electorate,
        ImmutableArray<string> flags,
        string? domain,
        IReadOnlyDictionary<string, Competence> judged,
        DateTimeOffset now
    )
    {
        ImmutableArray<Elector> electors = [.. electorate.Select(voter => Electorate.ElectorOf(voter, judged))];
        var weights = Weights.Of(electors, policy.Rule.Rho);
        return new BallotOpening
        {
            BallotId = message.BallotId,
            Policy = policy,
            TierAsked = asked,
            Question = message.Question,
            Subject = message.Subject,
            Options = [.. message.Options],
            SafeOption = message.SafeOption,
            Domain = domain,
            Flags = flags,
            Evidence = [.. message.Evidence ?? []],
            Seats = [.. electorate.Select((voter, i) => new Seat(electors[i], weights[i], voter.Users, voter.PublicKey))],
            Arbiter =
                UsesArbiter(policy) && voters.TryGetValue(policy.Arbiter!, out var arbiter)
                    ? new Seat(Electorate.ElectorOf(arbiter, judged), 1, arbiter.Users, arbiter.PublicKey)
                    : null,
            Requester = message.Requester,
            RunId = message.RunId,
            StepId = message.StepId,
            OpenedAt = now,
            Deadline = message.DeadlineMs is { } ms ? TimeSpan.FromMilliseconds(ms) : policy.Deadline,
            ContentHash = HashOf(message),
        };
    }

    private static bool UsesArbiter(BallotPolicy policy) =>
        policy.Arbiter is not null && (policy.OnSplit == Fallback.Arbiter || policy.OnNoQuorum == Fallback.Arbiter);

    private static Problem Refusal(string path, string rule) =>
        new()
        {
            Code = ReasonCode.AdmissionDenied,
            Path = path,
            Message = $"{path}: {rule}",
        };
}
