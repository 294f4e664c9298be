namespace Coordination.Sagas.Consensus;

/// <summary>Who votes and how is decided. Checked when the host starts.</summary>
public sealed class ConsensusOptions
{
    public IList<VoterProfile> Voters { get; } = [];

    public IList<BallotPolicy> Policies { get; } = [];

    /// <summary>Messages of ballots handled at the same time, 1 to 1,000.</summary>
    public int Concurrency { get; set; } = 64;

    /// <summary>Every fault, each with its place.</summary>
    public IReadOnlyList<string> Faults() => PolicyCheck.Faults(this);
}
