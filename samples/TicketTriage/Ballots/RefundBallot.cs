using Coordination.Contracts.V1;
using Coordination.Sagas.Consensus;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using TicketTriage.Tickets;

namespace TicketTriage.Ballots;

/// <summary>Who decides about a disputed refund, how, and what is done after it.</summary>
public static class RefundBallot
{
    /// <summary>The agent types of the ballot, the three voters first.</summary>
    public static IReadOnlyList<string> AgentTypes { get; } = ["policy-voter", "goodwill-voter", "fraud-desk", "pay"];

    /// <summary>Two voters of one model family, and one of another who is an expert for fraud. One person decides where they cannot.</summary>
    public static void Policies(ConsensusOptions consensus)
    {
        consensus.Voters.Add(new VoterProfile { Name = "policy-voter", Family = "alpha" });
        consensus.Voters.Add(new VoterProfile { Name = "goodwill-voter", Family = "alpha" });
        consensus.Voters.Add(
            new VoterProfile
            {
                Name = "fraud-desk",
                Family = "beta",
                ExpertDomains = ["fraud"],
            }
        );
        consensus.Policies.Add(
            new BallotPolicy
            {
                Name = "refund",
                Domain = "payments",
                Voters = ["policy-voter", "goodwill-voter", "fraud-desk"],
                Deadline = TimeSpan.FromSeconds(30),
            }
        );
    }

    public static void AddAgents(IServiceCollection services)
    {
        services.AddVoter<PolicyVoter>("policy-voter", voter => voter.Inline = true);
        services.AddVoter<GoodwillVoter>("goodwill-voter", voter => voter.Inline = true);
        services.AddVoter<FraudDesk>("fraud-desk", voter => voter.Inline = true);
        services.AddAgent<PayAgent>("pay");
    }

    /// <summary>One step that pays, and a ballot before it. Without the flag nobody asks the expert more than any other voter.</summary>
    public static RunPlan PlanFor(Ticket ticket, bool withConsensus, TimeSpan? within = null)
    {
        var plan = Plan.Named("disputed-refund")
            .Step(
                "pay",
                "pay",
                new RefundCase(ticket.Id, ticket.Order!.Id, ticket.Order.AmountCents, ticket.Chargebacks),
                decision: new DecisionPlan
                {
                    Policy = "refund",
                    Question = $"Refund order {ticket.Order.Id} at once, or have a person review it?",
                    Allow = "refund",
                    Others = ["review"],
                    Flags = withConsensus && ticket.Chargebacks > 0 ? ["fraud"] : null,
                }
            );
        return (within is { } time ? plan.Within(time) : plan).Build();
    }

    /// <summary>The tickets it is about: refunds to customers whose bank has taken money back before.</summary>
    public static IReadOnlyList<Ticket> Disputed(IEnumerable<Ticket> tickets) =>
        [.. tickets.Where(ticket => ticket is { Chargebacks: > 0, Order: not null })];
}
