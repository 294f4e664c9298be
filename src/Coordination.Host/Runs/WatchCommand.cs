using System.CommandLine;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;
using Spectre.Console;

namespace Coordination.Host.Runs;

/// <summary><c>runs watch</c>: follows a run until it is over.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    public static Command Build(Terminal terminal)
    {
        var id = RunsCommand.RunId();
        var command = new Command("watch", "Follow a run until it is over: a live table on a terminal, a line per event elsewhere.")
        {
            id,
        }.WithExamples(
            "coordination runs watch 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55",
            "coordination runs watch 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55 --json   (prints the end alone)"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var run = invocation.Arguments.GetValue(id);
                var end = invocation.Output.IsInteractive
                    ? await LiveAsync(office, run, invocation.Output, cancellationToken)
                    : await LinesAsync(office, run, invocation.Output, cancellationToken);
                invocation.Output.Show(
                    end,
                    _ => invocation.Output.Line(end.Run.Reason is null ? end.Run.Status : $"{end.Run.Status}: {end.Run.Reason}")
                );
                return RunStatus.ExitCodeOf(end.Run.Status);
            }
        );
        return command;
    }

    private static async Task<RunDetails> LinesAsync(Office office, Guid runId, Output output, CancellationToken cancellationToken)
    {
        var views = new RunViews(office.Database);
        var last = 0L;
        while (true)
        {
            var details = await RunsCommand.DetailsAsync(office, runId, withHistory: false, cancellationToken);
            // Read after the state: an entry of the last transition is never missed.
            IReadOnlyList<HistoryRow> news;
            do
            {
                news = await views.HistoryAsync(runId, last, cancellationToken);
                foreach (var entry in news)
                    output.Line(RunPrinter.Entry(entry));
                last = news.Count > 0 ? news[^1].Id : last;
            } while (news.Count > 0);
            if (RunStatus.IsTerminal(details.Run.Status))
                return details;
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    private static async Task<RunDetails> LiveAsync(Office office, Guid runId, Output output, CancellationToken cancellationToken)
    {
        var details = await RunsCommand.DetailsAsync(office, runId, withHistory: false, cancellationToken);
        await output
            .Console.Live(RunPrinter.Steps(details.Steps))
            .StartAsync(async live =>
            {
                while (true)
                {
                    var table = RunPrinter.Steps(details.Steps);
                    table.Title = new TableTitle($"{details.Run.Name.EscapeMarkup()}: {details.Run.Status}");
                    live.UpdateTarget(table);
                    live.Refresh();
                    if (RunStatus.IsTerminal(details.Run.Status))
                        return;
                    await Task.Delay(Pause, TimeProvider.System, cancellationToken);
                    details = await RunsCommand.DetailsAsync(office, runId, withHistory: false, cancellationToken);
                }
            });
        return details;
    }
}
