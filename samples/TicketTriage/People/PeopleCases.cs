using Coordination.Contracts.V1;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using TicketTriage.Ballots;
using TicketTriage.Tickets;

namespace TicketTriage.People;

/// <summary>Work that ends up with a person, for the monitor to show: disputed refunds voters do not agree on, and a transfer of which nobody knows whether it happened.</summary>
public static class PeopleCases
{
    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    public static IReadOnlyList<string> AgentTypes { get; } = [.. RefundBallot.AgentTypes, "transfer"];

    public static void AddAgents(IServiceCollection services)
    {
        RefundBallot.AddAgents(services);
        services.AddAgent<TransferAgent>("transfer");
    }

    /// <summary>Submits them; the same ones again join those that are there.</summary>
    public static async Task SubmitAsync(RunClient runs, IReadOnlyList<Ticket> tickets, CancellationToken stop)
    {
        await Fleet.WaitAsync(runs, AgentTypes, stop);
        foreach (var ticket in RefundBallot.Disputed(tickets))
        {
            await runs.SubmitAsync(
                RefundBallot.PlanFor(ticket, withConsensus: true, Patience),
                Named($"{ticket.Id}/people", $"{ticket.About}, disputed"),
                stop
            );
        }

        var of = tickets is [var first, ..] ? first.Id : "none";
        await runs.SubmitAsync(TransferPlan, Named($"{of}/transfer", "LOST-4711 of Paper & Sons"), stop);
    }

    private static RunPlan TransferPlan { get; } =
        Plan.Named("supplier-payment")
            .Step("transfer", "transfer", new TransferOrder("Paper & Sons", "LOST-4711", 129_900))
            .Within(Patience)
            .Build();

    private static SubmitOptions Named(string id, string about) =>
        new()
        {
            RunId = RunIds.Of(id),
            Requester = "ticket-triage",
            BusinessScope = about,
        };
}
