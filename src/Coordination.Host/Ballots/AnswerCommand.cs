using System.CommandLine;
using System.Text.Json;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;
using Coordination.Monitor;

namespace Coordination.Host.Ballots;

/// <summary><c>ballots answer</c> and <c>ballots report</c>: what people say about a ballot.</summary>
internal static class AnswerCommand
{
    public static Command Build(Terminal terminal)
    {
        var id = BallotViews.Id();
        var option = new Argument<string>("OPTION") { Description = "One of the ballot's options, or none: nothing may be done." };
        var note = new Option<string?>("--note") { Description = "Why, for the record.", HelpName = "TEXT" };
        var by = By();
        var command = new Command(
            "answer",
            "Decide a ballot the voters could not decide. Counts once a person; look at it first with `ballots show`."
        )
        {
            id,
            option,
            note,
            by,
        }.WithExamples(
            "coordination ballots answer 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55 review --note \"third charge-back\"",
            "coordination ballots answer 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55 none"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var ballot = await BallotViews.FindAsync(office, invocation.Arguments.GetValue(id), cancellationToken);
                var said = invocation.Arguments.GetValue(option)!;
                if (invocation.Arguments.GetValue(note) is { Length: 0 or > 500 })
                    throw new CommandFailure(ExitCode.Usage, "--note has 1 to 500 characters.");
                if (ballot.Status != "people")
                    throw new CommandFailure(ExitCode.Failed, $"Ballot {ballot.BallotId} is {ballot.Status}: nobody is asked.");
                if (said != "none" && !ballot.Options.Contains(said))
                    throw new CommandFailure(
                        ExitCode.Usage,
                        $"'{said}' is none of the options: {string.Join(", ", ballot.Options)}, or none."
                    );
                var person = invocation.Arguments.GetValue(by) ?? Environment.UserName;
                // An option may itself be called none; then it is meant.
                var chosen = ballot.Options.Contains(said) ? said : null;
                await office.ActAsync(
                    new OperationRequest
                    {
                        Kind = OperationKind.BallotAnswer,
                        Targets = [new OperationTarget { Ballot = ballot.BallotId }],
                        Parameters = new OperationParameters { Option = JsonSerializer.SerializeToElement(chosen) },
                        Reason = invocation.Arguments.GetValue(note),
                    },
                    person,
                    cancellationToken
                );
                invocation.Output.Show(
                    new
                    {
                        ballot.BallotId,
                        option = chosen,
                        by = person,
                    },
                    _ =>
                        invocation.Output.Line(
                            $"{person}: {said}.{(ballot.People == 2 && chosen is not null ? " Two people have to agree." : "")} "
                                + $"Stored; what became of it: coordination ballots show {ballot.BallotId}"
                        )
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    public static Command Report(Terminal terminal)
    {
        var id = BallotViews.Id();
        var right = new Argument<string>("OPTION") { Description = "The option that turned out to be right." };
        var by = By();
        var command = new Command(
            "report",
            "Say afterwards which option was right: later ballots weigh their voters by it. Counts once a ballot."
        )
        {
            id,
            right,
            by,
        }.WithExamples("coordination ballots report 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55 review");
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var ballot = await BallotViews.FindAsync(office, invocation.Arguments.GetValue(id), cancellationToken);
                var option = invocation.Arguments.GetValue(right)!;
                if (ballot.Status != "decided")
                    throw new CommandFailure(ExitCode.Failed, $"Ballot {ballot.BallotId} is {ballot.Status}: it is not decided yet.");
                if (!ballot.Options.Contains(option))
                    throw new CommandFailure(ExitCode.Usage, $"'{option}' is none of the options: {string.Join(", ", ballot.Options)}.");
                var person = invocation.Arguments.GetValue(by) ?? Environment.UserName;
                await office.ActAsync(
                    new OperationRequest
                    {
                        Kind = OperationKind.BallotReport,
                        Targets = [new OperationTarget { Ballot = ballot.BallotId }],
                        Parameters = new OperationParameters { Right = option },
                    },
                    person,
                    cancellationToken
                );
                invocation.Output.Show(
                    new
                    {
                        ballot.BallotId,
                        right = option,
                        by = person,
                    },
                    _ => invocation.Output.Line($"{option} was right.")
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Option<string?> By() =>
        new("--by") { Description = "Who says so, for the record. Default: your user name.", HelpName = "NAME" };
}
