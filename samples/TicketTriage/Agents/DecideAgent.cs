using Coordination.Workers;
using TicketTriage.Tickets;

namespace TicketTriage.Agents;

public sealed record DecideInput(Order? Order, PolicyFinding Policy, FraudFinding Fraud, MoodFinding Mood);

/// <summary>What happens with the ticket. The amount is the order's, never one that was read from text.</summary>
public sealed record Decision(Verdict Verdict, long AmountCents, string Reason);

public enum Verdict
{
    Answer,
    Approve,
    Decline,
    Review,
}

/// <summary>Joins the three findings. Of two that differ the more careful one wins.</summary>
public sealed class DecideAgent : IAgent<DecideInput, Decision>
{
    public Task<Decision> ExecuteAsync(DecideInput input, AgentContext context, CancellationToken cancellationToken)
    {
        var decision = (input.Policy.Verdict, input.Fraud.Suspicion, input.Mood.Mood) switch
        {
            (PolicyVerdict.NotAboutMoney, _, _) => new Decision(Verdict.Answer, 0, input.Policy.Reason),
            (_, Suspicion.Strong, _) => new Decision(Verdict.Decline, 0, "the request does not pass our checks"),
            (PolicyVerdict.Refused, _, Mood.Angry) => new Decision(Verdict.Review, 0, "a person tells an angry customer why not"),
            (PolicyVerdict.Refused, _, _) => new Decision(Verdict.Decline, 0, input.Policy.Reason),
            (_, Suspicion.Some, _) => new Decision(Verdict.Review, 0, "a person checks the request"),
            (PolicyVerdict.Allowed, _, _) => new Decision(Verdict.Approve, input.Order!.AmountCents, input.Policy.Reason),
            _ => new Decision(Verdict.Review, 0, input.Policy.Reason),
        };
        return Task.FromResult(decision);
    }
}
