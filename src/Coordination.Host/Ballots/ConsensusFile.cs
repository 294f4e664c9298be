using System.Text.Json;
using Coordination.Contracts.V1;
using Coordination.Sagas.Consensus;

namespace Coordination.Host.Ballots;

/// <summary>
/// The file with the host's voters and policies, named by <c>Coordination:ConsensusFile</c>: <c>{ "voters": [...], "policies": [...] }</c>. Read as strictly as a
/// message; what is wrong with it is said at start, all at once.
/// </summary>
internal static class ConsensusFile
{
    private static readonly string[] VoterMembers = ["name", "family", "vetoDomains", "expertDomains", "users", "publicKey"];

    private static readonly string[] PolicyMembers =
    [
        "name",
        "version",
        "tier",
        "domain",
        "voters",
        "panels",
        "deadlineMs",
        "debateRounds",
        "onSplit",
        "onNoQuorum",
        "arbiter",
        "peopleDeadlineMs",
        "signed",
        "approval",
        .. PolicyJson.RuleMembers,
    ];

    private static readonly OrderedDictionary<string, Fallback> Fallbacks = new()
    {
        ["people"] = Fallback.People,
        ["safeOption"] = Fallback.SafeOption,
        ["extendThenPeople"] = Fallback.ExtendThenPeople,
        ["extendThenSafeOption"] = Fallback.ExtendThenSafeOption,
        ["arbiter"] = Fallback.Arbiter,
    };

    private static readonly OrderedDictionary<string, RiskTier> Tiers = new()
    {
        ["T1"] = RiskTier.T1,
        ["T2"] = RiskTier.T2,
        ["T3"] = RiskTier.T3,
    };

    /// <summary>Puts what the file says into the options; returns every fault.</summary>
    public static IReadOnlyList<string> Read(string file, ConsensusOptions options)
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            root = document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            return [$"{file} is not JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}."];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [$"{file} cannot be read: {exception.Message}"];
        }
        var problems = new List<Problem>();
        var consensus = new StrictObject(root, "", "voters and policies", ["voters", "policies"], problems);
        foreach (var voter in consensus.Objects("voters", "a voter", VoterMembers))
            options.Voters.Add(VoterOf(voter));
        foreach (var policy in consensus.Objects("policies", "a policy", PolicyMembers))
            options.Policies.Add(PolicyOf(policy));
        return problems.Count > 0
            ? [.. problems.Select(problem => $"{file}: {problem.Message}")]
            : [.. options.Faults().Select(fault => $"{file}: {fault}")];
    }

    private static VoterProfile VoterOf(StrictObject voter) =>
        new()
        {
            Name = voter.RequiredText("name"),
            Family = voter.Text("family") ?? Elector.UnknownFamily,
            VetoDomains = voter.Texts("vetoDomains"),
            ExpertDomains = voter.Texts("expertDomains"),
            Users = voter.Texts("users"),
            PublicKey = voter.Text("publicKey"),
        };

    private static BallotPolicy PolicyOf(StrictObject policy)
    {
        var name = policy.RequiredText("name");
        var absent = new BallotPolicy { Name = name };
        return new BallotPolicy
        {
            Name = name,
            Version = policy.Whole("version", absent.Version),
            Tier = policy.Word("tier", absent.Tier, Tiers),
            Rule = PolicyJson.RuleOf(policy),
            Domain = policy.Text("domain"),
            Voters = policy.Texts("voters"),
            Panels = policy.Wholes("panels"),
            Deadline = Milliseconds(policy, "deadlineMs", absent.Deadline),
            DebateRounds = policy.Whole("debateRounds", 0),
            OnSplit = policy.Word("onSplit", absent.OnSplit, Fallbacks),
            OnNoQuorum = policy.Word("onNoQuorum", absent.OnNoQuorum, Fallbacks),
            Arbiter = policy.Text("arbiter"),
            PeopleDeadline = Milliseconds(policy, "peopleDeadlineMs", absent.PeopleDeadline),
            Signed = policy.Flag("signed"),
            Approval = policy.Flag("approval"),
        };
    }

    private static TimeSpan Milliseconds(StrictObject policy, string member, TimeSpan absent) =>
        TimeSpan.FromMilliseconds(Math.Clamp(policy.Number(member, absent.TotalMilliseconds), -1, 1e12));
}
