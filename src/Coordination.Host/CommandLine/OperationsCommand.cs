using System.CommandLine;
using Coordination.Host.Serving;
using Coordination.Monitor;
using Coordination.Persistence;

namespace Coordination.Host.CommandLine;

/// <summary><c>operations</c>: what people asked to be done, to one target or to many, and how far it is.</summary>
internal static class OperationsCommand
{
    public static Command Build(Terminal terminal) =>
        new("operations", "Show what people asked to be done; suspend, resume and cancel what is done to many.")
        {
            List(terminal),
            Show(terminal),
            Turn(terminal, "suspend", "suspended", "Stop after the target in hand; `resume` goes on."),
            Turn(terminal, "resume", "running", "Go on where it was suspended: a host with a monitor carries it out."),
            Turn(terminal, "cancel", "cancelled", "Stop for good after the target in hand."),
        };

    private static Command List(Terminal terminal)
    {
        var limit = CommonOptions.Limit();
        var command = new Command("list", "Operations, the newest first.") { limit }.WithExamples("coordination operations list");
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var most = invocation.Arguments.GetValue(limit);
                var rows = (await office.Operations.ListAsync(before: null, most, cancellationToken))
                    .Select(row => row.ToOperation([]))
                    .ToList();
                invocation.Output.Show(
                    rows,
                    _ =>
                    {
                        var table = Output.Table("operation", "what", "status", "by", "at", "done", "not done", "of", "reason");
                        foreach (var row in rows)
                        {
                            table.AddTextRow(
                                $"{row.Id}",
                                row.Kind,
                                row.Status,
                                row.By,
                                Output.When(row.CreatedAt),
                                $"{row.Done}",
                                $"{row.Failed + row.Skipped}",
                                $"{row.Total}",
                                row.Reason
                            );
                        }
                        invocation.Output.Table(table, rows.Count, most, "operation");
                    }
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var id = Id();
        var command = new Command("show", "One operation with its targets, those that failed first.") { id }.WithExamples(
            "coordination operations show 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var operation = await FindAsync(office, invocation.Arguments.GetValue(id), cancellationToken);
                invocation.Output.Show(
                    operation,
                    _ =>
                    {
                        invocation.Output.Line(
                            $"{operation.Kind} by {operation.By}: {operation.Status}, {operation.Done} done, {operation.Failed + operation.Skipped} not done, of {operation.Total}"
                        );
                        var table = Output.Table("target", "status", "detail");
                        foreach (var item in operation.Items)
                            table.AddTextRow(item.Target, item.Status, item.Detail);
                        invocation.Output.Table(table, operation.Items.Count, int.MaxValue, "target");
                    }
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Command Turn(Terminal terminal, string verb, string status, string what)
    {
        var id = Id();
        var command = new Command(verb, what) { id }.WithExamples($"coordination operations {verb} 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55");
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var operation = await FindAsync(office, invocation.Arguments.GetValue(id), cancellationToken);
                try
                {
                    await office.Runner.TurnAsync(operation.Id, status, Viewer.AtCommandLine(Environment.UserName), cancellationToken);
                }
                catch (GuardFailedException)
                {
                    throw new CommandFailure(ExitCode.Failed, $"Operation {operation.Id} is {operation.Status}.");
                }
                invocation.Output.Show(new { operation.Id, status }, _ => invocation.Output.Line($"Operation {operation.Id} is {status}."));
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Argument<Guid> Id() => new("OPERATION") { Description = "The operation's id, from `operations list`." };

    private static async Task<Operation> FindAsync(Office office, Guid id, CancellationToken cancellationToken) =>
        await office.Desk.FindAsync(id, cancellationToken) ?? throw new CommandFailure(ExitCode.NotFound, $"There is no operation {id}.");
}
