using System.Collections.Immutable;

namespace Coordination.Sagas.Consensus;

/// <summary>Heads or weights of a ballot, and what they mean under its rule.</summary>
internal sealed class Count
{
    private readonly Ballot ballot;
    private readonly CountedVotes votes;
    private readonly ImmutableArray<double> weights;
    private readonly bool weighted;
    private readonly double quorum;

    public Count(Ballot ballot, CountedVotes votes)
    {
        this.ballot = ballot;
        this.votes = votes;
        weighted = ballot.Rule.Kind == QuorumKind.Weighted;
        weights = weighted ? Weights.Of(ballot.Electorate, ballot.Rule.Rho) : [.. ballot.Electorate.Select(_ => 1.0)];
        Whole = weights.Sum();
        quorum = weighted
            ? Whole * (ballot.Rule.Threshold == WeightThreshold.TwoThirds ? 2.0 / 3 : 0.5)
            : Quorum.Of(ballot.Rule, ballot.Electorate.Length);
        Outstanding = [.. ballot.Electorate.Where(e => votes.Of(e) is null)];
        Winner = FindWinner();
    }

    /// <summary>Of the whole electorate.</summary>
    public double Whole { get; }

    /// <summary>Electors without a valid vote.</summary>
    public ImmutableArray<Elector> Outstanding { get; }

    /// <summary>The option that has the votes and families it needs; under k of n the one with the most.</summary>
    public string? Winner { get; }

    public double For(string option) => Sum(e => votes.ChoiceOf(e) == option);

    /// <summary>Whether the option could win if everybody outstanding voted for it.</summary>
    public bool CanStillWin(string option)
    {
        var best = For(option) + Sum(IsOutstanding);
        return Meets(best)
            && Families(e => votes.ChoiceOf(e) == option || IsOutstanding(e)) >= ballot.Rule.Diversity
            && !IsTied(option, best);
    }

    /// <summary>Whether another option could come to as many as the winner; only where k is half of the electorate or less.</summary>
    public bool CanBeOvertaken(string winner) =>
        ballot.Options.Any(o =>
            o != winner
            && For(o) + Sum(IsOutstanding) is var best
            && Meets(best)
            && best >= For(winner)
            && Families(e => votes.ChoiceOf(e) == o || IsOutstanding(e)) >= ballot.Rule.Diversity
        );

    /// <summary>Whether enough spoke up for any option to have won.</summary>
    public bool Participates => Meets(Sum(e => votes.ChoiceOf(e) is not null));

    /// <summary>What an option has, for a person to read.</summary>
    public string Describe(string option) =>
        weighted
            ? $"{For(option):0.###} of {Whole:0.###} by weight ({100 * For(option) / Whole:0.#} %), more than {Needed}"
            : $"{For(option):0} of {ballot.Electorate.Length}, {Needed} needed";

    /// <summary>What an option needs, for a person to read.</summary>
    public string Needed =>
        (weighted ? $"{quorum:0.###}" : $"{quorum:0}")
        + (ballot.Rule.Diversity > 1 ? $" from {ballot.Rule.Diversity} families" : "")
        + (weighted && Whole <= Weights.Tolerance ? " (nobody in the electorate has any weight)" : "");

    public double WeightOf(Elector elector) => weights[ballot.Electorate.IndexOf(elector)];

    private string? FindWinner()
    {
        var meeting = ballot
            .Options.Where(o => Meets(For(o)) && Families(e => votes.ChoiceOf(e) == o) >= ballot.Rule.Diversity)
            .OrderByDescending(For)
            .ToArray();
        return meeting.Length == 1 || (meeting.Length > 1 && For(meeting[0]) > For(meeting[1])) ? meeting[0] : null;
    }

    // Somebody who already has the quorum and more than this option can get stands in its way; as many leave both without a win.
    private bool IsTied(string option, double best) =>
        ballot.Rule.Kind == QuorumKind.KOfN
        && ballot.Options.Any(o =>
            o != option && For(o) >= best && Meets(For(o)) && Families(e => votes.ChoiceOf(e) == o) >= ballot.Rule.Diversity
        );

    private bool Meets(double amount) => weighted ? amount - quorum > Weights.Tolerance : amount >= quorum;

    private bool IsOutstanding(Elector elector) => votes.Of(elector) is null;

    private double Sum(Func<Elector, bool> which)
    {
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (which(ballot.Electorate[i]))
                sum += weights[i];
        }
        return sum;
    }

    private int Families(Func<Elector, bool> which) =>
        ballot.Electorate.Where(which).Select(e => e.Family).Distinct(StringComparer.Ordinal).Count();
}
