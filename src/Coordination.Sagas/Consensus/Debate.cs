using System.Collections.Immutable;

namespace Coordination.Sagas.Consensus;

/// <summary>
/// What counts when there has been more than one round. A voter who says something else than before, or is surer of it, without a reference nobody had named
/// before, has been talked round: the earlier vote counts (in published measurements such flips went from right to wrong more often than back). A veto needs
/// no news: it counts in every round.
/// </summary>
internal static class Debate
{
    /// <summary>The votes that count in a round, one for each voter at most.</summary>
    /// <param name="votes">Valid ones of all rounds, in the order of their arrival.</param>
    /// <param name="round">The round that is being counted.</param>
    /// <param name="known">References named when the ballot was opened.</param>
    /// <param name="deadlinePassed">Who has said nothing in this round keeps to the vote before.</param>
    public static IReadOnlyList<Vote> Effective(
        ImmutableArray<SealedVote> votes,
        int round,
        ImmutableArray<string> known,
        bool deadlinePassed
    )
    {
        var counted = new List<(int Line, Vote Vote)>();
        foreach (var own in votes.Where(v => v.Round <= round).GroupBy(v => v.Voter, StringComparer.Ordinal))
        {
            var standing = own.OrderBy(v => v.Round).Aggregate((before, next) => Standing(before, next, votes, known));
            var last = own.Max(v => v.Round);
            if (last == round || deadlinePassed)
                counted.Add((standing.Line, standing.ToVote()));
        }
        return [.. counted.OrderBy(c => c.Line).Select(c => c.Vote)];
    }

    /// <summary>Whether a later vote is a change of mind that counts.</summary>
    public static bool IsNewGround(SealedVote next, ImmutableArray<SealedVote> votes, ImmutableArray<string> known)
    {
        var named = votes.Where(v => v.Round < next.Round).SelectMany(v => v.Evidence).Concat(known).ToHashSet(StringComparer.Ordinal);
        return next.Evidence.Any(reference => !named.Contains(reference));
    }

    private static SealedVote Standing(
        SealedVote before,
        SealedVote next,
        ImmutableArray<SealedVote> votes,
        ImmutableArray<string> known
    ) => IsNewGround(next, votes, known) ? next : before with { Veto = next.Veto ?? before.Veto };
}
