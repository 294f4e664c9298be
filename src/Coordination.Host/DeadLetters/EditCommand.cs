using System.CommandLine;
using System.Text;
using Coordination.Host.CommandLine;
using Coordination.Host.Runs;
using Coordination.Host.Serving;
using Coordination.Monitor;
using Coordination.Persistence;

namespace Coordination.Host.DeadLetters;

/// <summary><c>dead-letters edit</c>: a new version with another body; the original is kept beside it.</summary>
internal static class EditCommand
{
    public static Command Build(Terminal terminal)
    {
        var id = LetterOptions.Id();
        var body = new Option<string>("--body")
        {
            Description = "File with the new body, JSON in UTF-8; - reads standard input.",
            HelpName = "FILE",
            Required = true,
        };
        var by = LetterOptions.By();
        var command = new Command(
            "edit",
            "Make a new version with another body and the same message id, checked against its contract. It stays parked until it is retried."
        )
        {
            id,
            body,
            by,
        }.WithExamples(
            "coordination dead-letters edit 17 --body mended.json --by anna",
            "coordination dead-letters show 17 --json | jq .body | sed s/EURO/EUR/ | coordination dead-letters edit 17 --body -"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                var given = invocation.Arguments;
                var (number, file) = (given.GetValue(id), given.GetValue(body)!);
                var bytes = await ReadAsync(file, terminal, cancellationToken);
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var letter = await office.DeadLetters.FindAsync(number, cancellationToken);
                if (letter is not { State: LetterState.Open })
                    throw LetterOptions.NotOpen(number);
                try
                {
                    await office.ActAsync(
                        new OperationRequest
                        {
                            Kind = OperationKind.LetterEdit,
                            Targets = [new OperationTarget { Letter = number }],
                            Parameters = new OperationParameters { Body = Encoding.UTF8.GetString(bytes) },
                        },
                        given.GetValue(by)!,
                        cancellationToken
                    );
                }
                catch (CommandFailure failure) when (failure.InnerException is Refusal { Problems: { } problems })
                {
                    throw PlanFile.Rejected(
                        file == "-" ? "standard input" : file,
                        [
                            .. problems.Select(problem => new Contracts.V1.Problem
                            {
                                Code = problem.Code,
                                Path = problem.Path,
                                Message = problem.Message,
                            }),
                        ]
                    );
                }
                var version = (await office.DeadLetters.FindAsync(number, cancellationToken))?.ReplacedBy;
                invocation.Output.Show(
                    new { id = version, replaces = number },
                    _ =>
                        invocation.Output.Line(
                            $"{version} is the new version of {number}; `coordination dead-letters retry {version}` sends it."
                        )
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static async Task<byte[]> ReadAsync(string file, Terminal terminal, CancellationToken cancellationToken)
    {
        if (file == "-")
            return Encoding.UTF8.GetBytes(await terminal.In.ReadToEndAsync(cancellationToken));
        try
        {
            var bytes = await File.ReadAllBytesAsync(file, cancellationToken);
            // Editors add this mark; JSON has no place for it.
            return bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.Usage, $"{file} cannot be read: {exception.Message}", inner: exception);
        }
    }
}
