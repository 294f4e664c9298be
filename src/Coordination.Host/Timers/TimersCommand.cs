using System.CommandLine;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;
using Coordination.Monitor;

namespace Coordination.Host.Timers;

/// <summary><c>timers</c>: what is due later.</summary>
internal static class TimersCommand
{
    public static Command Build(Terminal terminal)
    {
        return new Command("timers", "Show, move and cancel timers: messages with a due time.")
        {
            List(terminal),
            Move(terminal),
            Cancel(terminal),
        };
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

    private static Command Move(Terminal terminal)
    {
        var token = Token();
        var seconds = new Argument<long>("SECONDS") { Description = "From now, 0 to 2592000 (30 days)." };
        var note = Note();
        var command = new Command("move", "Give a timer another due time.") { token, seconds, note }.WithExamples(
            "coordination timers move 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11 0 --note \"the provider is back\""
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var timer = await PendingAsync(office, invocation.Arguments.GetValue(token), cancellationToken);
                var delay = invocation.Arguments.GetValue(seconds);
                await ActAsync(office, OperationKind.TimerMove, timer, delay, invocation.Arguments.GetValue(note), cancellationToken);
                invocation.Output.Show(
                    new { moved = timer, seconds = delay },
                    _ => invocation.Output.Line($"Timer {timer} is due in {delay} s.")
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Command Cancel(Terminal terminal)
    {
        var token = Token();
        var note = Note();
        var command = new Command("cancel", "Remove a timer before it is due. A run that waits for it may wait until its deadline.")
        {
            token,
            note,
        }.WithExamples("coordination timers cancel 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11");
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var timer = await PendingAsync(office, invocation.Arguments.GetValue(token), cancellationToken);
                await ActAsync(office, OperationKind.TimerCancel, timer, null, invocation.Arguments.GetValue(note), cancellationToken);
                invocation.Output.Show(new { cancelled = timer }, _ => invocation.Output.Line($"Timer {timer} is cancelled."));
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Task<Operation> ActAsync(
        Office office,
        string kind,
        Guid timer,
        long? delay,
        string? note,
        CancellationToken cancellationToken
    ) =>
        office.ActAsync(
            new OperationRequest
            {
                Kind = kind,
                Targets = [new OperationTarget { Timer = timer }],
                Parameters = new OperationParameters { DelaySeconds = delay },
                Reason = note,
            },
            Environment.UserName,
            cancellationToken
        );

    private static async Task<Guid> PendingAsync(Office office, Guid token, CancellationToken cancellationToken) =>
        await office.HasTimerAsync(token, cancellationToken) ? token : throw new CommandFailure(ExitCode.NotFound, ActTimer.Gone(token));

    private static Argument<Guid> Token() => new("TOKEN") { Description = "The timer's token, from `timers list`." };

    private static Option<string?> Note() => new("--note") { Description = "Why, for the record.", HelpName = "TEXT" };
}
