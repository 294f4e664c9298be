using System.CommandLine;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;

namespace Coordination.Host.DeadLetters;

/// <summary><c>dead-letters</c>: messages that were parked with a reason and wait for a person's decision.</summary>
internal static class DeadLettersCommand
{
    public static Command Build(Terminal terminal) =>
        new("dead-letters", "Show parked messages, send them on their way again, or drop them.")
        {
            List(terminal),
            Show(terminal),
            Retry(terminal),
            Discard(terminal),
        };

    private static Command List(Terminal terminal)
    {
        var reason = new Option<string?>("--reason") { Description = "Only with this reason code.", HelpName = "CODE" };
        var run = CommonOptions.Run();
        var limit = CommonOptions.Limit();
        var command = new Command("list", "Parked messages.") { reason, run, limit }.WithExamples(
            "coordination dead-letters list",
            "coordination dead-letters list --reason CONTRACT_INVALID --json"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var (why, most) = (invocation.Arguments.GetValue(reason), invocation.Arguments.GetValue(limit));
                var letters = await office.DeadLetters.ListAsync(why, invocation.Arguments.GetValue(run), most, cancellationToken);
                invocation.Output.Show(
                    letters.Select(LetterView.Short),
                    _ =>
                    {
                        var table = Output.Table("id", "parked", "at", "message", "reason", "detail");
                        foreach (var letter in letters)
                        {
                            table.AddTextRow(
                                $"{letter.Id}",
                                Output.When(letter.ParkedAt),
                                $"{letter.Direction} {letter.Endpoint}",
                                letter.Message.MessageType,
                                letter.Reason,
                                letter.Detail
                            );
                        }
                        invocation.Output.Table(table, letters.Count, most, "dead letter");
                    }
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var id = new Argument<long>("ID") { Description = "Number of the dead letter, from `dead-letters list`." };
        var command = new Command("show", "One parked message with headers and body.") { id }.WithExamples(
            "coordination dead-letters show 17"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var number = invocation.Arguments.GetValue(id);
                var letter = await office.DeadLetters.FindAsync(number, cancellationToken) ?? throw NoSuch(number);
                var view = LetterView.Full(letter);
                invocation.Output.Show(view, _ => LetterView.Print(view, invocation.Output));
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Command Retry(Terminal terminal)
    {
        var ids = Ids();
        var command = new Command(
            "retry",
            "Send parked messages again with their own message ids: what was committed before is not repeated."
        )
        {
            ids,
        }.WithExamples("coordination dead-letters retry 17 18");
        Invocation.Attach(
            command,
            terminal,
            (invocation, cancellationToken) =>
                EachAsync(
                    invocation,
                    invocation.Arguments.GetValue(ids)!,
                    "retried",
                    (office, id) => office.DeadLetters.RetryAsync(id, cancellationToken),
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Discard(Terminal terminal)
    {
        var ids = Ids();
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var command = new Command("discard", "Drop parked messages for good.") { ids, yes }.WithExamples(
            "coordination dead-letters discard 17",
            "coordination dead-letters discard 17 18 --yes"
        );
        Invocation.Attach(
            command,
            terminal,
            (invocation, cancellationToken) =>
            {
                var numbers = invocation.Arguments.GetValue(ids)!;
                if (!invocation.Arguments.GetValue(yes))
                    Confirm(invocation, $"Drop {numbers.Length} parked message(s) for good? [y/N] ");
                return EachAsync(
                    invocation,
                    numbers,
                    "discarded",
                    (office, id) => office.DeadLetters.DiscardAsync(id, cancellationToken),
                    cancellationToken
                );
            }
        );
        return command;
    }

    private static Argument<long[]> Ids() =>
        new("ID") { Description = "Numbers of dead letters, from `dead-letters list`.", Arity = ArgumentArity.OneOrMore };

    private static void Confirm(Invocation invocation, string question)
    {
        if (!invocation.Output.IsInteractive)
            throw new CommandFailure(ExitCode.Usage, "Dropping cannot be undone: add --yes when no person can be asked.");
        invocation.Terminal.Error.Write(question);
        if (invocation.Terminal.In.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
            throw new CommandFailure(ExitCode.Failed, "Nothing was dropped.");
    }

    private static async Task<int> EachAsync(
        Invocation invocation,
        long[] ids,
        string done,
        Func<Office, long, Task<bool>> act,
        CancellationToken cancellationToken
    )
    {
        await using var office = await Office.OpenAsync(invocation, cancellationToken);
        var (found, missing) = (new List<long>(), new List<long>());
        foreach (var id in ids)
            (await act(office, id) ? found : missing).Add(id);
        invocation.Output.Show(
            new Dictionary<string, List<long>>(StringComparer.Ordinal) { [done] = found, ["notFound"] = missing },
            _ =>
            {
                if (found.Count > 0)
                    invocation.Output.Line($"{string.Join(", ", found)} {done}.");
            }
        );
        foreach (var id in missing)
            invocation.Output.Note(NoSuch(id).Message);
        return missing.Count == 0 ? ExitCode.Ok : ExitCode.NotFound;
    }

    private static CommandFailure NoSuch(long id) => new(ExitCode.NotFound, $"There is no dead letter {id}.");
}
