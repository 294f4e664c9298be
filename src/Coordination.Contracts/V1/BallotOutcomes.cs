namespace Coordination.Contracts.V1;

/// <summary>How voting can end, in words on the wire; the others are reason codes of the same name.</summary>
public static class BallotOutcomes
{
    /// <summary>The voters decided.</summary>
    public const string Decided = "DECIDED";
}
