using System.Text.Json;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TicketTriage.Outside;
using TicketTriage.Running;
using TicketTriage.Tickets;

namespace TicketTriage.Ballots;

/// <summary>
/// Puts the disputed refunds to the vote and shows what comes of it: with the consensus policy each goes to a person with the expert's reasons; with a mere majority
/// each is paid.
/// </summary>
public static class RefundBallotDemo
{
    private const string Person = "shift-lead (demo)";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<int> RunAsync(IHost host, SampleOptions options, IReadOnlyList<Ticket> tickets, CancellationToken stop)
    {
        var (runs, ballots) = (host.Services.GetRequiredService<RunClient>(), host.Services.GetRequiredService<BallotClient>());
        var disputed = RefundBallot.Disputed(tickets);
        var consensus = !options.WithoutConsensus;
        Console.WriteLine(
            $"{disputed.Count} refunds to customers with charge-backs; {(consensus ? "the fraud desk is an expert" : "a plain majority of three decides")}."
        );
        foreach (var ticket in disputed)
        {
            var submit = new SubmitOptions
            {
                RunId = IdOf(ticket, consensus),
                Requester = "ticket-triage",
                BusinessScope = $"{ticket.About}, by {(consensus ? "ballot" : "majority")}",
            };
            await runs.SubmitAsync(RefundBallot.PlanFor(ticket, consensus), submit, stop);
        }

        var (paid, escalated) = (0, 0);
        foreach (var ticket in disputed)
        {
            var ballot = await BallotOfAsync(ballots, IdOf(ticket, consensus), stop);
            if (ballot.Status == "people")
            {
                escalated++;
                Console.WriteLine($"{ticket.Id}  {ballot.Outcome}  {await DissentAsync(ballots, ballot.BallotId, stop)}");
                await ballots.AnswerAsync(ballot.BallotId, "review", Person, cancellationToken: stop);
            }

            var run = await runs.WaitAsync(IdOf(ticket, consensus), Patience, stop);
            ballot = await ballots.WaitAsync(ballot.BallotId, Patience, stop);
            paid += run.Status == "completed" ? 1 : 0;
            Console.WriteLine(
                $"{ticket.Id}  {ballot.Option} by {ballot.DecidedBy}; {(run.Status == "completed" ? $"PAID {Money.Show(ticket.Order!.AmountCents)} to a charge-back pattern" : "nothing was paid")}"
            );
        }

        var line = new
        {
            disputed = disputed.Count,
            paid,
            escalated,
            consensus,
        };
        Console.WriteLine("summary " + JsonSerializer.Serialize(line));
        await host.StopAsync(CancellationToken.None);
        return 0;
    }

    private static Guid IdOf(Ticket ticket, bool consensus) => RunIds.Of($"{ticket.Id}/{(consensus ? "ballot" : "majority")}");

    /// <summary>The run's ballot, once its voters are done.</summary>
    private static async Task<BallotInfo> BallotOfAsync(BallotClient ballots, Guid run, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        while (true)
        {
            if (await ballots.ListAsync(runId: run, cancellationToken: patience.Token) is [{ Status: not "voting" } ballot])
            {
                return ballot;
            }

            await Task.Delay(Pause, patience.Token);
        }
    }

    private static async Task<string> DissentAsync(BallotClient ballots, Guid ballot, CancellationToken stop)
    {
        var votes = (await ballots.RecordAsync(ballot, stop))
            .Where(line => line.Kind == "vote")
            .Select(line => JsonDocument.Parse(line.Line).RootElement.GetProperty("vote").GetProperty("cast"));
        return string.Join(
            "; ",
            votes
                .Where(vote => vote.GetProperty("choice").GetString() == "review")
                .Select(vote => $"{vote.GetProperty("voter").GetString()}: {vote.GetProperty("rationale").GetString()}")
        );
    }
}
