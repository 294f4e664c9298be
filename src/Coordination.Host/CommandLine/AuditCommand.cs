using System.CommandLine;
using Coordination.Host.Serving;
using Coordination.Monitor;

namespace Coordination.Host.CommandLine;

/// <summary><c>audit</c>: what people did, tried and read, from the monitor and from commands.</summary>
internal static class AuditCommand
{
    public static Command Build(Terminal terminal)
    {
        var run = CommonOptions.Run();
        var by = new Option<string?>("--by") { Description = "Only of this person.", HelpName = "NAME" };
        var limit = CommonOptions.Limit();
        var list = new Command("list", "The newest first.") { run, by, limit }.WithExamples(
            "coordination audit list",
            "coordination audit list --run 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55 --json"
        );
        Invocation.Attach(
            list,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var most = invocation.Arguments.GetValue(limit);
                var filter = new AuditFilter(invocation.Arguments.GetValue(by), null, invocation.Arguments.GetValue(run), null);
                var rows = (await office.Audit.ListAsync(filter, after: null, most, cancellationToken)).Rows;
                invocation.Output.Show(
                    rows,
                    _ =>
                    {
                        var table = Output.Table("at", "who", "via", "what", "target", "outcome", "reason", "detail");
                        foreach (var row in rows)
                            table.AddTextRow(
                                Output.When(row.At),
                                row.Actor,
                                row.Via,
                                row.Kind,
                                row.Target,
                                row.Outcome,
                                row.Reason,
                                row.Detail
                            );
                        invocation.Output.Table(table, rows.Count, most, "line");
                    }
                );
                return ExitCode.Ok;
            }
        );
        return new Command("audit", "What people did, tried and read.") { list };
    }
}
