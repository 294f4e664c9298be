using System.CommandLine;
using System.Text.Json;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;
using Coordination.Monitor;

namespace Coordination.Host.Runs;

/// <summary><c>runs</c>: shows and steers runs.</summary>
internal static class RunsCommand
{
    public static Command Build(Terminal terminal) =>
        new("runs", "Show, follow, cancel and answer runs.")
        {
            List(terminal),
            Show(terminal),
            WatchCommand.Build(terminal),
            Cancel(terminal),
            Answer(terminal),
        };

    public static Argument<Guid> RunId() => new("RUN") { Description = "The run's id." };

    /// <exception cref="CommandFailure">There is no such run, or it was rejected; the message says which.</exception>
    public static async Task<RunDetails> DetailsAsync(Office office, Guid runId, bool withHistory, CancellationToken cancellationToken)
    {
        var views = new RunViews(office.Database);
        if (await views.FindAsync(runId, cancellationToken) is not { } run)
        {
            SubmitCommand.Refuse(await office.Runs.GetAsync(runId, cancellationToken), runId);
            throw new CommandFailure(
                ExitCode.NotFound,
                $"There is no run {runId}. If it was just submitted, no host has judged it yet: is one running?"
            );
        }
        return new RunDetails(
            run,
            await views.StepsAsync(runId, cancellationToken),
            withHistory ? await views.HistoryAsync(runId, after: 0, cancellationToken) : null
        );
    }

    private static Command List(Terminal terminal)
    {
        var status = new Option<string[]>("--status")
        {
            Description = "Only with this status; may be given several times.",
            HelpName = "STATUS",
            AllowMultipleArgumentsPerToken = false,
        };
        status.AcceptOnlyFromAmong(["running", "cancelling", "compensating", .. RunStatus.Terminal.Where(each => each != "rejected")]);
        var limit = CommonOptions.Limit();
        var command = new Command("list", "Runs, the newest first.") { status, limit }.WithExamples(
            "coordination runs list",
            "coordination runs list --status failed --status expired --limit 200",
            "coordination runs list --json"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var most = invocation.Arguments.GetValue(limit);
                var runs = await new RunViews(office.Database).ListAsync(
                    invocation.Arguments.GetValue(status) ?? [],
                    most,
                    cancellationToken
                );
                invocation.Output.Show(
                    runs,
                    _ =>
                    {
                        var table = Output.Table("run", "name", "status", "accepted", "ended", "requester", "about", "reason");
                        foreach (var run in runs)
                        {
                            table.AddTextRow(
                                $"{run.RunId}",
                                run.Name,
                                run.Status,
                                Output.When(run.AcceptedAt),
                                Output.When(run.EndedAt),
                                run.Requester,
                                run.BusinessScope,
                                run.Reason
                            );
                        }
                        invocation.Output.Table(table, runs.Count, most, "run");
                    }
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var id = RunId();
        var history = new Option<bool>("--history") { Description = "Also every transition." };
        var command = new Command("show", "One run with its steps.") { id, history }.WithExamples(
            "coordination runs show 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55 --history"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var details = await DetailsAsync(
                    office,
                    invocation.Arguments.GetValue(id),
                    invocation.Arguments.GetValue(history),
                    cancellationToken
                );
                invocation.Output.Show(details, _ => RunPrinter.Details(details, invocation.Output));
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Command Cancel(Terminal terminal)
    {
        var id = RunId();
        var note = new Option<string?>("--note") { Description = "Why, for the record.", HelpName = "TEXT" };
        var force = new Option<bool>("--force") { Description = "Do not wait for running agents." };
        var command = new Command("cancel", "Stop a run: running agents are asked to stop, then done work is undone.")
        {
            id,
            note,
            force,
        }.WithExamples("coordination runs cancel 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55 --note \"duplicate order\"");
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var run = await UnfinishedAsync(office, invocation.Arguments.GetValue(id), cancellationToken);
                await office.ActAsync(
                    new OperationRequest
                    {
                        Kind = OperationKind.RunCancel,
                        Targets = [new OperationTarget { Run = run.RunId }],
                        Parameters = new OperationParameters { Force = invocation.Arguments.GetValue(force) ? true : null },
                        Reason = invocation.Arguments.GetValue(note),
                    },
                    Environment.UserName,
                    cancellationToken
                );
                invocation.Output.Show(
                    new { run.RunId, cancelling = true },
                    _ =>
                        invocation.Output.Line(
                            $"Run {run.RunId} is asked to stop. `coordination runs watch {run.RunId}` shows how it ends."
                        )
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Command Answer(Terminal terminal)
    {
        var id = RunId();
        var step = new Argument<string>("STEP") { Description = "The step that asked." };
        var question = new Argument<string>("QUESTION") { Description = "The question's id, from `runs show`." };
        var answer = new Argument<string>("JSON") { Description = "The answer as JSON." };
        var command = new Command("answer", "Answer a question a step waits for.") { id, step, question, answer }.WithExamples(
            "coordination runs answer 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55 approve approve-1 '{\"approved\":true}'"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                var json = Json(invocation.Arguments.GetValue(answer)!);
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var run = await UnfinishedAsync(office, invocation.Arguments.GetValue(id), cancellationToken);
                await office.ActAsync(
                    new OperationRequest
                    {
                        Kind = OperationKind.RunAnswer,
                        Targets =
                        [
                            new OperationTarget
                            {
                                Run = run.RunId,
                                Step = invocation.Arguments.GetValue(step),
                                Question = invocation.Arguments.GetValue(question),
                            },
                        ],
                        Parameters = new OperationParameters { Answer = json },
                    },
                    Environment.UserName,
                    cancellationToken
                );
                invocation.Output.Show(new { run.RunId, answered = true }, _ => invocation.Output.Line("Answered."));
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static async Task<RunRow> UnfinishedAsync(Office office, Guid runId, CancellationToken cancellationToken)
    {
        var details = await DetailsAsync(office, runId, withHistory: false, cancellationToken);
        return RunStatus.IsTerminal(details.Run.Status)
            ? throw new CommandFailure(ExitCode.Failed, $"Run {runId} is over: {details.Run.Status}.")
            : details.Run;
    }

    private static JsonElement Json(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException exception)
        {
            throw new CommandFailure(
                ExitCode.Usage,
                $"JSON: the answer is not JSON at byte {exception.BytePositionInLine + 1}. Text needs quotes: '\"yes\"'."
            );
        }
    }
}
