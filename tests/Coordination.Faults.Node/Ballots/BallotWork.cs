using Coordination.Sagas.Consensus;

namespace Coordination.Faults.Node.Ballots;

/// <summary>Who votes in the ballots of the suite and how is decided: what the suite's kinds of ballots rest on.</summary>
internal static class BallotWork
{
    private static readonly BallotPolicy Refund = new()
    {
        Name = "refund",
        Voters = ["refund-a", "refund-b", "fraud-desk"],
        // Without one every veto would have to be waited for.
        Domain = "orders",
        // Kills may take as long as they like: only ballots with a deadline of their own end by it.
        Deadline = TimeSpan.FromHours(2),
        OnSplit = Fallback.SafeOption,
        OnNoQuorum = Fallback.SafeOption,
    };

    public static void Define(ConsensusOptions options)
    {
        options.Voters.Add(new VoterProfile { Name = "refund-a", Family = "x" });
        options.Voters.Add(new VoterProfile { Name = "refund-b", Family = "x" });
        options.Voters.Add(new VoterProfile { Name = "refund-c", Family = "z" });
        options.Voters.Add(new VoterProfile { Name = "refund-d", Family = "z" });
        options.Voters.Add(
            new VoterProfile
            {
                Name = "fraud-desk",
                Family = "y",
                ExpertDomains = ["fraud"],
                VetoDomains = ["payments"],
            }
        );
        options.Policies.Add(Refund);
        options.Policies.Add(Refund with { Name = "payout", Domain = "payments" });
        options.Policies.Add(Refund with { Name = "patient", OnNoQuorum = Fallback.ExtendThenSafeOption });
        options.Policies.Add(
            Refund with
            {
                Name = "panel",
                Voters = ["refund-a", "fraud-desk", "refund-c", "refund-b", "refund-d"],
                Panels = [3],
            }
        );
    }
}
