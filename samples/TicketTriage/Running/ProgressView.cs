using System.Diagnostics;
using Spectre.Console;

namespace TicketTriage.Running;

/// <summary>Shows how far the runs are until the work is done: live on a terminal, as a line a second elsewhere.</summary>
public static class ProgressView
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FrameEvery = TimeSpan.FromMilliseconds(100);

    public static async Task ShowAsync(RunWatch watch, int total, Task work, bool live)
    {
        var clock = Stopwatch.StartNew();
        if (live)
        {
            await AnsiConsole
                .Live(new Text(""))
                .AutoClear(true)
                .StartAsync(display => RepeatAsync(work, FrameEvery, () => display.UpdateTarget(Frame(watch, total, clock.Elapsed))));
        }
        else
        {
            await RepeatAsync(work, LineEvery, () => Console.WriteLine(Line(watch, total)));
        }

        await work;
    }

    private static string Line(RunWatch watch, int total) =>
        watch.Submitted < total
            ? $"{watch.Submitted}/{total} tickets submitted, {watch.Ended} runs ended"
            : $"{watch.Ended}/{total} runs ended";

    private static async Task RepeatAsync(Task work, TimeSpan every, Action show)
    {
        while (!work.IsCompleted)
        {
            show();
            await Task.WhenAny(work, Task.Delay(every));
        }
    }

    private static Rows Frame(RunWatch watch, int total, TimeSpan elapsed)
    {
        var states = watch
            .Runs.GroupBy(run => run.Run?.Status ?? "waiting")
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new BreakdownChartItem(group.Key, group.Count(), Shade(group.Key)));
        return new Rows(
            new Markup($"[bold]{watch.Ended}[/] of {total} runs ended, {watch.Submitted} submitted, {elapsed.TotalSeconds:0} s"),
            new BreakdownChart().Width(60).AddItems(states),
            new Markup("[grey]Ctrl+C stops; the same command goes on from there.[/]")
        );
    }

    private static Color Shade(string status) =>
        status switch
        {
            "completed" => Color.Green,
            "failed" or "rejected" or "expired" or "cancelled" => Color.Red,
            "partial" or "compensating" => Color.Yellow,
            "running" => Color.Blue,
            _ => Color.Grey,
        };
}
