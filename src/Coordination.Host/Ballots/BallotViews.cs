using System.CommandLine;
using System.Text.Json;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;
using Coordination.Sagas.Consensus;
using Coordination.Workers;

namespace Coordination.Host.Ballots;

/// <summary><c>ballots list</c> and <c>ballots show</c>.</summary>
internal static class BallotViews
{
    public static Command List(Terminal terminal)
    {
        var status = new Option<string?>("--status")
        {
            Description = "Only with this status; people: those that wait for a person.",
            HelpName = "STATUS",
        };
        status.AcceptOnlyFromAmong("voting", "people", "decided");
        var run = CommonOptions.Run();
        var limit = CommonOptions.Limit();
        var command = new Command("list", "Ballots, the one opened last first.") { status, run, limit }.WithExamples(
            "coordination ballots list --status people",
            "coordination ballots list --run 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55 --json"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var most = invocation.Arguments.GetValue(limit);
                var ballots = await office.Ballots.ListAsync(
                    invocation.Arguments.GetValue(status),
                    invocation.Arguments.GetValue(run),
                    most,
                    cancellationToken
                );
                invocation.Output.Show(
                    ballots,
                    _ =>
                    {
                        var table = Output.Table("ballot", "policy", "tier", "status", "outcome", "option", "ends", "question");
                        foreach (var ballot in ballots)
                        {
                            table.AddTextRow(
                                $"{ballot.BallotId}",
                                ballot.Policy,
                                ballot.Tier,
                                ballot.Status,
                                ballot.Outcome,
                                ballot.Option,
                                Output.When(ballot.EndsAt ?? ballot.DecidedAt),
                                ballot.Question
                            );
                        }
                        invocation.Output.Table(table, ballots.Count, most, "ballot");
                    }
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    public static Command Show(Terminal terminal)
    {
        var id = Id();
        var command = new Command("show", "A ballot: what is decided, who said what and why. Votes are sealed while the voting goes on.")
        {
            id,
        }.WithExamples("coordination ballots show 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55");
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var ballot = await FindAsync(office, invocation.Arguments.GetValue(id), cancellationToken);
                var lines = await office.Ballots.RecordAsync(ballot.BallotId, cancellationToken);
                var records = lines.Select(line => BallotRecord.Parse(line.Line)).ToList();
                var view = new { ballot, record = lines.Select(line => JsonSerializer.Deserialize<JsonElement>(line.Line)) };
                invocation.Output.Show(view, _ => BallotPrinter.Print(ballot, records, invocation.Output));
                return ExitCode.Ok;
            }
        );
        return command;
    }

    public static Argument<Guid> Id() => new("BALLOT-ID") { Description = "The ballot's id, from `ballots list`." };

    /// <exception cref="CommandFailure">There is none.</exception>
    public static async Task<BallotInfo> FindAsync(Office office, Guid id, CancellationToken cancellationToken) =>
        await office.Ballots.GetAsync(id, cancellationToken)
        ?? throw new CommandFailure(ExitCode.NotFound, $"There is no ballot {id}. `coordination ballots list` shows those there are.");
}
