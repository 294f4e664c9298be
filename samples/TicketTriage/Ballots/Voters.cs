using Coordination.Workers;

namespace TicketTriage.Ballots;

/// <summary>What the voters are shown: facts of our own books, nothing a customer wrote.</summary>
public sealed record RefundCase(string Ticket, string Order, long AmountCents, int Chargebacks);

/// <summary>Looks at the refund policy alone.</summary>
public sealed class PolicyVoter : IVoter
{
    public Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken)
    {
        var refund = question.ReadSubject<RefundCase>();
        return Task.FromResult(
            refund.AmountCents <= Agents.PolicyAgent.MaxAmountCents
                ? VoteAnswer.For("refund", confidence: 0.9, rationale: "within the amount the policy allows")
                : VoteAnswer.For("review", confidence: 0.9, rationale: "over the amount the policy allows")
        );
    }
}

/// <summary>Looks at the customer, who is waiting. Of the same model family as <see cref="PolicyVoter"/>, so the two tend to be wrong together.</summary>
public sealed class GoodwillVoter : IVoter
{
    public Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken) =>
        Task.FromResult(VoteAnswer.For("refund", confidence: 0.8, rationale: "a quick refund keeps a customer"));
}

/// <summary>Knows who has taken money back through the bank before. An expert for fraud: when it dissents, no majority pays.</summary>
public sealed class FraudDesk : IVoter
{
    public Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken)
    {
        var refund = question.ReadSubject<RefundCase>();
        return Task.FromResult(
            refund.Chargebacks > 0
                ? VoteAnswer.For(
                    "review",
                    confidence: 0.9,
                    rationale: $"{refund.Chargebacks} charge-back(s) of this customer: paid twice before",
                    evidence: [$"chargebacks/{refund.Ticket}"]
                )
                : VoteAnswer.For("refund", confidence: 0.7)
        );
    }
}
