using System.Text.Json;
using Coordination.Host.CommandLine;
using Coordination.Workers;
using Spectre.Console;

namespace Coordination.Host.Runs;

/// <summary>Runs in words for people.</summary>
internal static class RunPrinter
{
    public static void Outcome(RunInfo run, Output output)
    {
        output.Line(run.Reason is null ? run.Status : $"{run.Status}: {run.Reason}");
        if (run.FailedStep is { } failed)
            output.Line($"failed at    {failed}");
        if (run.Compensated.Count > 0)
            output.Line($"undone       {string.Join(", ", run.Compensated)}");
        foreach (var (step, result) in run.Outputs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            output.Line($"output       {step}: {result.GetRawText()}");
    }

    public static void Details(RunDetails details, Output output)
    {
        var run = details.Run;
        output.Line($"run          {run.RunId}  {run.Name}");
        output.Line($"status       {run.Status}{(run.Reason is null ? "" : $": {run.Reason}")}");
        output.Line($"requester    {run.Requester}{(run.BusinessScope is null ? "" : $", about {run.BusinessScope}")}");
        output.Line($"accepted     {Output.When(run.AcceptedAt)}, deadline {Output.When(run.DeadlineAt)}");
        if (run.EndedAt is { } ended)
            output.Line($"ended        {Output.When(ended)} after {(ended - run.AcceptedAt).TotalSeconds:0.0} s");
        if (run.JoinedRunId is { } joined)
            output.Line($"joined       run {joined}: the same requester and scope");
        if (run.FailedStep is not null)
            output.Line($"failed at    {run.FailedStep}");
        output.Console.Write(Steps(details.Steps));
        if (run.Outputs is { ValueKind: JsonValueKind.Object } outputs)
        {
            foreach (var member in outputs.EnumerateObject())
                output.Line($"output       {member.Name}: {member.Value.GetRawText()}");
        }
        foreach (var entry in details.History ?? [])
            output.Line(Entry(entry));
    }

    public static Table Steps(IReadOnlyList<StepRow> steps)
    {
        var table = Output.Table("step", "agent", "status", "attempt", "took", "reason", "now");
        foreach (var step in steps)
        {
            table.AddTextRow(
                step.StepId,
                step.AgentType,
                step.InDoubt ? $"{step.Status} (in doubt)" : step.Status,
                step.Attempt == 0 ? "" : $"{step.Attempt}",
                step is { StartedAt: { } started, EndedAt: { } ended } ? $"{(ended - started).TotalSeconds:0.0} s" : "",
                step.Detail is null ? step.Reason : $"{step.Reason}: {step.Detail}",
                Now(step)
            );
        }
        return table;
    }

    private static string Now(StepRow step) =>
        string.Join(
            ", ",
            new[]
            {
                step.WaitingOn is null ? null : $"waits for {step.WaitingOn}",
                step.QuestionId is null ? null : $"question {step.QuestionId}",
                step.Percent is null ? null : $"{step.Percent} %",
                step.Note,
            }.OfType<string>()
        );

    public static string Entry(HistoryRow entry)
    {
        var step = entry.StepId is null ? "" : $"  {entry.StepId}{(entry.Attempt is null ? "" : $" #{entry.Attempt}")}";
        var detail = entry.Detail is { } json ? $"  {json.GetRawText()}" : "";
        return $"{entry.At.UtcDateTime:HH:mm:ss.fff}  {entry.Event}{step}{detail}";
    }
}
