using System.Collections.Immutable;

namespace Coordination.Sagas.Consensus;

/// <summary>Which of the votes count, and as what. The first valid vote of an elector is the elector's vote; every vote has its treatment.</summary>
internal sealed class CountedVotes
{
    private readonly Dictionary<string, (Vote Vote, VoteTreatment Treatment)> byVoter = new(StringComparer.Ordinal);

    public CountedVotes(Ballot ballot, IReadOnlyList<Vote> votes)
    {
        var electors = ballot.Electorate.Select(e => e.Voter).ToHashSet(StringComparer.Ordinal);
        var treatments = new VoteTreatment[votes.Count];
        Order = [.. InOrder(votes)];
        foreach (var i in Order)
        {
            var vote = votes[i];
            treatments[i] = Judge(ballot, vote, electors);
            if (IsValid(treatments[i]) && !byVoter.TryAdd(vote.Voter, (vote, treatments[i])))
                treatments[i] = VoteTreatment.Duplicate;
        }
        Treatments = [.. treatments];
    }

    /// <summary>Indexes of the votes, first vote first.</summary>
    public ImmutableArray<int> Order { get; }

    /// <summary>One for each vote, in the order they were given.</summary>
    public ImmutableArray<VoteTreatment> Treatments { get; }

    /// <summary>The elector's vote; null while there is none.</summary>
    public Vote? Of(Elector elector) => byVoter.TryGetValue(elector.Voter, out var known) ? known.Vote : null;

    /// <summary>The option an elector's vote counts for; null for an abstention and while there is none.</summary>
    public string? ChoiceOf(Elector elector) =>
        byVoter.TryGetValue(elector.Voter, out var known) && known.Treatment == VoteTreatment.Counted ? known.Vote.Choice : null;

    internal static bool IsValid(VoteTreatment treatment) =>
        treatment is VoteTreatment.Counted or VoteTreatment.Abstained or VoteTreatment.Recused or VoteTreatment.BelowFloor;

    /// <summary>What a vote is by itself, whoever voted before.</summary>
    internal static VoteTreatment Judge(Ballot ballot, Vote vote, IReadOnlySet<string> electors) =>
        !electors.Contains(vote.Voter) ? VoteTreatment.Stranger
        : !(vote.Confidence >= 0 && vote.Confidence <= 1) ? VoteTreatment.BadConfidence
        : vote.Choice == Vote.Abstain ? VoteTreatment.Abstained
        : vote.Choice == Vote.Recused ? VoteTreatment.Recused
        : !ballot.Options.Contains(vote.Choice) ? VoteTreatment.UnknownOption
        : vote.Confidence < ballot.Rule.ConfidenceFloor ? VoteTreatment.BelowFloor
        : VoteTreatment.Counted;

    // By time; votes without one come first, as given. Equal times are told apart by what was said, so that no order of arrival matters, and a veto goes before
    // the same vote without one. Whose votes go first changes nothing but the order of the explanation.
    private static IEnumerable<int> InOrder(IReadOnlyList<Vote> votes) =>
        Enumerable
            .Range(0, votes.Count)
            .OrderBy(i => votes[i].At is not null)
            .ThenBy(i => votes[i].At)
            .ThenBy(i => votes[i].At is null ? i : 0)
            .ThenBy(i => votes[i].Voter, StringComparer.Ordinal)
            .ThenBy(i => votes[i].Choice, StringComparer.Ordinal)
            .ThenBy(i => votes[i].Confidence)
            .ThenBy(i => votes[i].Veto?.IsComplete is not true)
            .ThenBy(i => votes[i].Veto is null);
}
