using Coordination.Workers;

namespace TicketTriage.Agents;

/// <summary>What the customer wrote: all that agents who read text are given.</summary>
public sealed record TicketText(string Subject, string Body);

/// <summary>What the customer wants.</summary>
public sealed record Triage(TicketKind Kind);

public enum TicketKind
{
    Refund,
    Damaged,
    Delivery,
    Question,
    Complaint,
    Idea,
}

/// <summary>Reads the ticket: what does the customer want?</summary>
public sealed class TriageAgent(TicketReader model) : IAgent<TicketText, Triage>
{
    private const string Task =
        "Which kind of support ticket is this? damaged: money back for a broken or wrong item. refund: money back otherwise.";

    // The first line with a hit wins.
    private static readonly Keywords<TicketKind> Rules =
    [
        (TicketKind.Idea, ["feature request", "would be great if", "it would be nice", "suggestion", "could you add", "please add"]),
        (
            TicketKind.Damaged,
            ["broken", "damaged", "defective", "cracked", "stopped working", "faulty", "wrong item", "shattered", "dead on arrival"]
        ),
        (TicketKind.Refund, ["refund", "money back", "return it", "send it back", "reimburse", "cancel my order", "changed my mind"]),
        (TicketKind.Delivery, ["where is my", "tracking", "not arrived", "has not been delivered", "delayed", "still waiting", "courier"]),
        (TicketKind.Complaint, ["complain", "unacceptable", "terrible", "disappointed", "worst", "rude", "disgrace"]),
    ];

    public async Task<Triage> ExecuteAsync(TicketText text, AgentContext context, CancellationToken cancellationToken) =>
        await model.AskAsync<Triage>(context, Task, text) ?? new Triage(Rules.FirstIn(text) ?? TicketKind.Question);
}
