using System.Collections.Immutable;

namespace Coordination.Sagas.Consensus;

/// <summary>
/// What each elector's vote weighs, from what is known when the ballot opens. In this order:
/// <list type="number">
/// <item>competence: ln(p/(1-p)), never below 0, with p = (correct+7)/(judged+10), a success rate shrunk towards 0.7. Log-odds are the best weights of
/// independent voters (Nitzan and Paroush 1982; Shapley and Grofman 1984). The unit is a newcomer's, ln(7/3), so a newcomer weighs 1;</item>
/// <item>cap: nobody above max(1/3, 1/n) of what all weigh after the cap. With three electors or fewer competence has no effect;</item>
/// <item>correlation: each of k electors of one family is divided by 1+(k-1)*rho (the variance of a mean of equally correlated voters; Kish 1965).</item>
/// </list>
/// </summary>
public static class Weights
{
    private const double PriorRight = 7;
    private const double PriorWrong = 3;
    private static readonly double Newcomer = Math.Log(PriorRight / PriorWrong);

    /// <summary>The weights, in the electorate's order.</summary>
    public static ImmutableArray<double> Of(ImmutableArray<Elector> electorate, double rho)
    {
        var competence = electorate.Select(Competence).ToArray();
        var limit = Cap(competence, Math.Max(1.0 / 3, 1.0 / electorate.Length));
        var family = electorate
            .GroupBy(e => e.Family, StringComparer.Ordinal)
            .ToDictionary(f => f.Key, f => f.Count(), StringComparer.Ordinal);
        return [.. electorate.Select((e, i) => Math.Min(competence[i], limit) / (1 + ((family[e.Family] - 1) * rho)))];
    }

    /// <summary>In newcomers: 0 for a voter who is right half of the time or less.</summary>
    public static double Competence(Elector elector)
    {
        ArgumentNullException.ThrowIfNull(elector);
        // p/(1-p), as right to wrong: a newcomer's is 7/3 to the last digit and weighs exactly 1.
        var odds = (elector.Correct + PriorRight) / (elector.Judged - elector.Correct + PriorWrong);
        return Math.Max(0, Math.Log(odds)) / Newcomer;
    }

    /// <summary>
    /// The largest L with L at most <paramref name="share"/> of the sum of min(w, L). With the k heaviest cut to L it is L = share * rest / (1 - share*k); the first
    /// k for which nobody else exceeds L is the one. Where too few have any weight, L is 0 and a weighted rule decides nothing.
    /// </summary>
    internal static double Cap(double[] weights, double share)
    {
        var sorted = weights.OrderDescending().ToArray();
        var rest = sorted.Sum();
        for (var cut = 0; cut < sorted.Length; cut++)
        {
            // With 1/share - 1 of them cut the limit is all the rest, which nobody of the rest exceeds: the loop ends before the divisor is 0.
            var limit = share * rest / (1 - (share * cut));
            if (sorted[cut] <= limit + Tolerance)
                return cut == 0 ? sorted[0] : limit;
            rest -= sorted[cut];
        }
        return sorted[^1];
    }

    /// <summary>Differences of weight below this are rounding.</summary>
    internal const double Tolerance = 1e-9;
}
