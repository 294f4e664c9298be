using System.CommandLine;
using Coordination.Host.CommandLine;
using Coordination.Host.Runs;
using Coordination.Host.Serving;
using Coordination.Workers;

namespace Coordination.Host.Effects;

/// <summary><c>journal</c>: what the agents of a run did outside, line by line.</summary>
internal static class JournalCommand
{
    private const int Page = 1_000;

    public static Command Build(Terminal terminal) =>
        new("journal", "Show and check what the agents of a run did outside.") { Show(terminal), Verify(terminal) };

    private static Command Show(Terminal terminal)
    {
        var id = RunsCommand.RunId();
        var command = new Command("show", "The journal of a run: intents, outcomes, decisions.") { id }.WithExamples(
            "coordination journal show 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var runId = invocation.Arguments.GetValue(id);
                var lines = await AllAsync(office.Effects, runId, cancellationToken);
                if (lines.Count == 0)
                    await RunsCommand.DetailsAsync(office, runId, withHistory: false, cancellationToken);
                invocation.Output.Show(lines, _ => Print(lines, invocation.Output));
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static Command Verify(Terminal terminal)
    {
        var id = RunsCommand.RunId();
        var command = new Command("verify", "Check that no line of a run's journal was changed, removed or put in.") { id }.WithExamples(
            "coordination journal verify 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var runId = invocation.Arguments.GetValue(id);
                var (records, fault) = await office.Effects.VerifyAsync(runId, cancellationToken);
                if (records == 0 && fault is null)
                    await RunsCommand.DetailsAsync(office, runId, withHistory: false, cancellationToken);
                if (fault is not null)
                    throw new CommandFailure(ExitCode.Failed, $"The journal of run {runId} is not whole: {fault}.");
                invocation.Output.Show(
                    new
                    {
                        runId,
                        records,
                        whole = true,
                    },
                    _ => invocation.Output.Line($"{records:N0} records, whole.")
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static async Task<List<JournalLine>> AllAsync(EffectClient effects, Guid runId, CancellationToken cancellationToken)
    {
        var lines = new List<JournalLine>();
        while (true)
        {
            var page = await effects.JournalAsync(runId, lines.Count == 0 ? 0 : lines[^1].Seq, Page, cancellationToken);
            lines.AddRange(page);
            if (page.Count < Page)
                return lines;
        }
    }

    private static void Print(List<JournalLine> lines, Output output)
    {
        var table = Output.Table("no", "at", "step", "kind", "tool", "status", "detail");
        foreach (var line in lines)
        {
            table.AddTextRow(
                $"{line.Seq}",
                Output.When(line.At),
                $"{line.StepId} #{line.Attempt}",
                line.Kind,
                line.Tool,
                line.Code is null ? line.Status : $"{line.Status} {line.Code}".Trim(),
                line.InputTokens is null ? line.Detail : $"{line.InputTokens:N0} + {line.OutputTokens:N0} tokens"
            );
        }
        output.Table(table, lines.Count, int.MaxValue, "record");
        var (input, written, cost) = (
            lines.Sum(l => l.InputTokens ?? 0),
            lines.Sum(l => l.OutputTokens ?? 0),
            lines.Sum(l => l.CostMicroUsd ?? 0)
        );
        if (input + written > 0)
            output.Line($"models: {input:N0} tokens read, {written:N0} written{(cost > 0 ? $", ${cost / 1_000_000m:0.####}" : "")}");
    }
}
