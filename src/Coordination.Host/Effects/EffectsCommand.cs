using System.CommandLine;
using System.Text.Json;
using Coordination.Host.CommandLine;
using Coordination.Host.Runs;
using Coordination.Host.Serving;
using Coordination.Monitor;
using Coordination.Workers;

namespace Coordination.Host.Effects;

/// <summary><c>effects</c>: outside actions, and a person's word about those in doubt.</summary>
internal static class EffectsCommand
{
    private static readonly string[] Statuses =
    [
        "open",
        "succeeded",
        "failed",
        "retryable",
        "unknown",
        "accepted",
        "indoubt",
        "notdone",
        "givenup",
    ];

    public static Command Build(Terminal terminal) =>
        new("effects", "Show what agents did outside, and say what became of effects in doubt.") { List(terminal), Resolve(terminal) };

    private static Command List(Terminal terminal)
    {
        var run = CommonOptions.Run();
        var status = new Option<string?>("--status") { Description = "Only with this status.", HelpName = "STATUS" };
        status.AcceptOnlyFromAmong(Statuses);
        var limit = CommonOptions.Limit();
        var command = new Command("list", "Effects, the one changed last first.") { run, status, limit }.WithExamples(
            "coordination effects list --status indoubt",
            "coordination effects list --run 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55 --json"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var most = invocation.Arguments.GetValue(limit);
                var effects = await office.Effects.ListAsync(
                    invocation.Arguments.GetValue(run),
                    invocation.Arguments.GetValue(status),
                    most,
                    cancellationToken
                );
                invocation.Output.Show(
                    effects,
                    _ =>
                    {
                        var table = Output.Table("run", "step", "effect", "which", "class", "status", "calls", "changed", "key");
                        foreach (var effect in effects)
                        {
                            table.AddTextRow(
                                $"{effect.RunId}",
                                effect.Compensating ? $"{effect.StepId} (undoing)" : effect.StepId,
                                effect.Tool,
                                effect.Scope,
                                effect.Class,
                                effect.Status,
                                $"{effect.Calls}",
                                Output.When(effect.ChangedAt),
                                effect.Key
                            );
                        }
                        invocation.Output.Table(table, effects.Count, most, "effect");
                    }
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Command Resolve(Terminal terminal)
    {
        var run = RunsCommand.RunId();
        var key = new Argument<string>("KEY") { Description = "The effect's key, or its beginning, from `effects list`." };
        var verdict = new Argument<string>("VERDICT")
        {
            Description = "happened, did-not-happen or compensate (give the step up and undo the run).",
        };
        verdict.AcceptOnlyFromAmong("happened", "did-not-happen", "compensate");
        var result = new Option<string?>("--result")
        {
            Description = "What the call would have returned, as JSON; with happened.",
            HelpName = "JSON",
        };
        var note = new Option<string?>("--note") { Description = "Why, for the record.", HelpName = "TEXT" };
        var command = new Command(
            "resolve",
            "Say what became of an effect in doubt; look at its target first. The step goes on from there."
        )
        {
            run,
            key,
            verdict,
            result,
            note,
        }.WithExamples(
            "coordination effects resolve 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55 K7QX happened --result '{\"receipt\":\"r-17\"}'",
            "coordination effects resolve 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55 K7QX did-not-happen --note \"not in the provider's list\""
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                var said = invocation.Arguments.GetValue(verdict)!;
                var returned = invocation.Arguments.GetValue(result) is { } text ? Json(text) : (JsonElement?)null;
                if (returned is not null && said != "happened")
                    throw new CommandFailure(ExitCode.Usage, "--result goes with happened only.");
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var effect = await FindAsync(
                    office,
                    invocation.Arguments.GetValue(run),
                    invocation.Arguments.GetValue(key)!,
                    cancellationToken
                );
                await office.ActAsync(
                    new OperationRequest
                    {
                        Kind = OperationKind.EffectResolve,
                        Targets = [new OperationTarget { Run = effect.RunId, Effect = effect.Key }],
                        Parameters = new OperationParameters { Verdict = said, Result = returned ?? default },
                        Reason = invocation.Arguments.GetValue(note),
                    },
                    Environment.UserName,
                    cancellationToken
                );
                invocation.Output.Show(
                    new
                    {
                        effect.RunId,
                        effect.StepId,
                        effect.Key,
                        verdict = said,
                    },
                    _ => invocation.Output.Line($"{effect.Tool} ({effect.Scope}): {said}. Step {effect.StepId} goes on.")
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static async Task<EffectInfo> FindAsync(Office office, Guid runId, string key, CancellationToken cancellationToken)
    {
        var details = await RunsCommand.DetailsAsync(office, runId, withHistory: false, cancellationToken);
        var effects = await office.Effects.ListAsync(runId, status: null, int.MaxValue, cancellationToken);
        var meant = effects.Where(effect => effect.Key.StartsWith(key, StringComparison.OrdinalIgnoreCase)).ToList();
        if (meant.Count == 0)
            throw new CommandFailure(ExitCode.NotFound, $"Run {runId} has no effect {key}.");
        if (meant.Count > 1)
            throw new CommandFailure(ExitCode.Usage, $"{meant.Count} effects begin with {key}: give more of the key.");
        var effect = meant[0];
        if (effect.Status != "indoubt")
            throw new CommandFailure(ExitCode.Failed, $"Effect {effect.Tool} ({effect.Key}) is {effect.Status}: nobody is asked about it.");
        return details.Steps.Any(step => step.QuestionId == effect.QuestionId)
            ? effect
            : throw new CommandFailure(
                ExitCode.Failed,
                $"The run does not wait for this any more: it is {details.Run.Status}. What the effect did stays as it is; correct it at its target."
            );
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
                $"--result is not JSON at byte {exception.BytePositionInLine + 1}. Text needs quotes: '\"r-17\"'."
            );
        }
    }
}
