namespace Coordination.Sagas.Consensus;

/// <summary>How a voter has done in a domain, from outcomes that were reported.</summary>
/// <param name="Judged">Votes whose outcome is known.</param>
/// <param name="Correct">Those that were right.</param>
/// <param name="SquaredError">Sum of (confidence - truth)^2 over them, the Brier score times <paramref name="Judged"/> (Brier 1950).</param>
public sealed record Competence(int Judged, int Correct, double SquaredError)
{
    public static Competence None { get; } = new(0, 0, 0);

    /// <summary>0 (perfect) to 1; null before the first.</summary>
    public double? Brier => Judged == 0 ? null : SquaredError / Judged;

    /// <summary>With one vote more whose outcome is known.</summary>
    public Competence With(bool right, double confidence) =>
        new(Judged + 1, Correct + (right ? 1 : 0), SquaredError + Math.Pow(confidence - (right ? 1 : 0), 2));
}
