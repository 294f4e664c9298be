using System.CommandLine;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;
using Coordination.Persistence;

namespace Coordination.Host.DeadLetters;

/// <summary><c>dead-letters</c>: messages that were parked with a reason and wait for a person's decision.</summary>
internal static class DeadLettersCommand
{
    public static Command Build(Terminal terminal) =>
        new("dead-letters", "Show parked messages, send them on their way again, edit them, or give them up.")
        {
            List(terminal),
            Show(terminal),
            RetryCommand.Build(terminal),
            EditCommand.Build(terminal),
            DiscardCommand.Build(terminal),
        };

    private static Command List(Terminal terminal)
    {
        var (reason, run, type) = LetterOptions.Filter();
        var all = new Option<bool>("--all") { Description = "Also those that were retried, edited or discarded." };
        var limit = CommonOptions.Limit();
        var command = new Command("list", "Parked messages.") { reason, run, type, all, limit }.WithExamples(
            "coordination dead-letters list",
            "coordination dead-letters list --reason CONTRACT_INVALID --json",
            "coordination dead-letters list --all"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var filter = new LetterFilter
                {
                    Reason = invocation.Arguments.GetValue(reason),
                    GroupId = invocation.Arguments.GetValue(run),
                    MessageType = invocation.Arguments.GetValue(type),
                    Settled = invocation.Arguments.GetValue(all),
                };
                var most = invocation.Arguments.GetValue(limit);
                var letters = await office.DeadLetters.ListAsync(filter, most, cancellationToken);
                invocation.Output.Show(letters.Select(LetterView.Short), _ => Table(invocation.Output, letters, most));
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static void Table(Output output, IReadOnlyList<DeadLetter> letters, int most)
    {
        var table = Output.Table("id", "state", "parked", "at", "message", "reason", "detail");
        foreach (var letter in letters)
        {
            table.AddTextRow(
                $"{letter.Id}",
                letter.State,
                Output.When(letter.ParkedAt),
                $"{letter.Direction} {letter.Endpoint}",
                letter.Message.MessageType,
                letter.Reason,
                letter.Detail
            );
        }
        output.Table(table, letters.Count, most, "dead letter");
    }

    private static Command Show(Terminal terminal)
    {
        var id = LetterOptions.Id();
        var command = new Command("show", "One parked message with its failed attempts, headers and body.") { id }.WithExamples(
            "coordination dead-letters show 17"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var number = invocation.Arguments.GetValue(id);
                var letter =
                    await office.DeadLetters.FindAsync(number, cancellationToken)
                    ?? throw new CommandFailure(ExitCode.NotFound, $"There is no dead letter {number}.");
                var view = LetterView.Full(letter);
                invocation.Output.Show(view, _ => LetterView.Print(view, invocation.Output));
                return ExitCode.Ok;
            }
        );
        return command;
    }
}
