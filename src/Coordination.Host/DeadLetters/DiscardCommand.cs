using System.CommandLine;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;
using Coordination.Monitor;

namespace Coordination.Host.DeadLetters;

/// <summary><c>dead-letters discard</c>: given up, with a reason that is kept.</summary>
internal static class DiscardCommand
{
    public static Command Build(Terminal terminal)
    {
        var ids = LetterOptions.Ids(ArgumentArity.OneOrMore);
        var because = new Option<string>("--because")
        {
            Description = "Why, for the record.",
            HelpName = "TEXT",
            Required = true,
        };
        var by = LetterOptions.By();
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var command = new Command("discard", "Give parked messages up for good; they are kept for 30 days with who did it and why.")
        {
            ids,
            because,
            by,
            yes,
        }.WithExamples(
            "coordination dead-letters discard 17 --because \"sent twice by the old importer\"",
            "coordination dead-letters discard 17 18 --because \"test data\" --by anna --yes"
        );
        because.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && string.IsNullOrWhiteSpace(token.Value))
                result.AddError("--because must say why.");
        });
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                var given = invocation.Arguments;
                var numbers = given.GetValue(ids)!;
                if (!given.GetValue(yes))
                    Confirm(invocation, $"Give {numbers.Length} parked message(s) up for good? [y/N] ");
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var (done, missing) = (new List<long>(), new List<long>());
                foreach (var id in numbers)
                {
                    try
                    {
                        await office.ActAsync(
                            new OperationRequest
                            {
                                Kind = OperationKind.LetterDiscard,
                                Targets = [new OperationTarget { Letter = id }],
                                Reason = given.GetValue(because),
                            },
                            given.GetValue(by)!,
                            cancellationToken
                        );
                        done.Add(id);
                    }
                    catch (CommandFailure failure) when (failure.Code == ExitCode.Failed)
                    {
                        missing.Add(id);
                    }
                }
                invocation.Output.Show(
                    new { discarded = done, notFound = missing },
                    _ =>
                    {
                        if (done.Count > 0)
                            invocation.Output.Line($"{LetterOptions.Named(done)} discarded.");
                    }
                );
                foreach (var id in missing)
                    invocation.Output.Note(LetterOptions.NotOpen(id).Message);
                return missing.Count == 0 ? ExitCode.Ok : ExitCode.NotFound;
            }
        );
        return command;
    }

    private static void Confirm(Invocation invocation, string question)
    {
        if (!invocation.Output.IsInteractive)
            throw new CommandFailure(ExitCode.Usage, "Discarding cannot be undone: add --yes when no person can be asked.");
        invocation.Terminal.Error.Write(question);
        if (invocation.Terminal.In.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
            throw new CommandFailure(ExitCode.Failed, "Nothing was discarded.");
    }
}
