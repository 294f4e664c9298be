using System.CommandLine;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;

namespace Coordination.Host.Timers;

/// <summary><c>timers</c>: what is due later.</summary>
internal static class TimersCommand
{
    public static Command Build(Terminal terminal)
    {
        return new Command("timers", "Show and cancel timers: messages with a due time.") { List(terminal), Cancel(terminal) };
    }

    private static Command List(Terminal terminal)
    {
        var run = CommonOptions.Run();
        var limit = CommonOptions.Limit();
        var command = new Command("list", "Pending timers in the order they are due.") { run, limit }.WithExamples(
            "coordination timers list",
            "coordination timers list --run 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55 --json"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var most = invocation.Arguments.GetValue(limit);
                var timers = await office.Timers.ListAsync(invocation.Arguments.GetValue(run), most, cancellationToken);
                invocation.Output.Show(
                    timers.Select(timer => new
                    {
                        timer.Token,
                        timer.DueAt,
                        timer.MessageType,
                        timer.Destination,
                        runId = timer.GroupId,
                    }),
                    _ =>
                    {
                        var table = Output.Table("due", "message", "to", "run", "token");
                        foreach (var timer in timers)
                        {
                            table.AddTextRow(
                                Output.When(timer.DueAt),
                                timer.MessageType,
                                timer.Destination,
                                timer.GroupId?.ToString(),
                                timer.Token.ToString()
                            );
                        }
                        invocation.Output.Table(table, timers.Count, most, "timer");
                    }
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Command Cancel(Terminal terminal)
    {
        var token = new Argument<Guid>("TOKEN") { Description = "The timer's token, from `timers list`." };
        var command = new Command("cancel", "Remove a timer before it is due. A run that waits for it may wait until its deadline.")
        {
            token,
        }.WithExamples("coordination timers cancel 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11");
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var timer = invocation.Arguments.GetValue(token);
                if (!await office.Timers.CancelAsync(timer, cancellationToken))
                    throw new CommandFailure(ExitCode.NotFound, $"There is no timer {timer}: it was delivered, cancelled, or never was.");
                invocation.Output.Show(new { cancelled = timer }, _ => invocation.Output.Line($"Timer {timer} is cancelled."));
                return ExitCode.Ok;
            }
        );
        return command;
    }
}
