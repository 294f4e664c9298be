using Coordination.Workers;
using TicketTriage.Tickets;

namespace TicketTriage.Running;

/// <summary>Submits tickets as runs and keeps looking until every run has ended.</summary>
public sealed class RunWatch(RunClient runs, IReadOnlyList<Ticket> tickets)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private const int AtOnce = 4;

    private readonly RunInfo?[] known = new RunInfo?[tickets.Count];
    private int submitted;

    /// <summary>Tickets handed in so far, those that joined an existing run included.</summary>
    public int Submitted => Volatile.Read(ref submitted);

    /// <summary>The tickets with what is known of their runs; null when nothing is.</summary>
    public IEnumerable<(Ticket Ticket, RunInfo? Run)> Runs => tickets.Zip(known);

    public int Ended => known.Count(run => run is { IsTerminal: true });

    /// <summary>Hands in every ticket. One that was handed in before joins its run.</summary>
    public Task SubmitAsync(CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            tickets,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (ticket, stop) =>
            {
                var options = new SubmitOptions
                {
                    RunId = RunIds.Of(ticket.Id),
                    Requester = "ticket-triage",
                    BusinessScope = ticket.About,
                };
                await runs.SubmitAsync(TicketPlan.For(ticket), options, stop);
                Interlocked.Increment(ref submitted);
            }
        );

    /// <summary>Returns when every run has ended.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var open = Enumerable.Range(0, tickets.Count).Where(i => known[i] is not { IsTerminal: true });
            await Parallel.ForEachAsync(
                open,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (i, stop) => known[i] = await runs.GetAsync(RunIds.Of(tickets[i].Id), stop)
            );
            if (Ended == tickets.Count)
            {
                return;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }
}
