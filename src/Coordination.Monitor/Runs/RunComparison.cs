using System.Globalization;

namespace Coordination.Monitor;

/// <summary>Two runs side by side.</summary>
public sealed record RunComparison(
    RunSummary A,
    RunSummary B,
    FirstDifference? First,
    IReadOnlyList<StepDifference> Steps,
    IReadOnlyList<FieldDifference> Fields
);

/// <summary>Where the two first went different ways.</summary>
public sealed record FirstDifference(int? SeqA, int? SeqB, string? StepId, string What);

public sealed record StepDifference(string StepId, bool InA, bool InB, bool Same, IReadOnlyList<FieldDifference> Fields);

public sealed record FieldDifference(string Field, string? A, string? B);

/// <summary>
/// Compares two runs (TRC-09), step by step by id: steps that run side by side may interleave in any way, so entries are compared within a step and never across. Pure.
/// </summary>
internal static class RunCompare
{
    public static RunComparison Of(RunSummary a, RunFile fileA, RunSummary b, RunFile fileB)
    {
        var stepsA = Steps(fileA);
        var stepsB = Steps(fileB);
        var ids = fileA.Plan.Concat(fileB.Plan).Select(step => step.StepId).Distinct(StringComparer.Ordinal).ToList();
        List<StepDifference> steps = [.. ids.Select(id => Compare(id, stepsA.GetValueOrDefault(id), stepsB.GetValueOrDefault(id)))];
        return new RunComparison(a, b, First(ids, fileA, fileB), steps, Differences(Run(a), Run(b)));
    }

    private static StepDifference Compare(string id, (PlanStepRow Plan, StepRow? Row)? a, (PlanStepRow Plan, StepRow? Row)? b)
    {
        var fields = Differences(a is { } left ? Step(left.Plan, left.Row) : [], b is { } right ? Step(right.Plan, right.Row) : []);
        return new StepDifference(id, a is not null, b is not null, fields.Count == 0 && a is not null && b is not null, fields);
    }

    // The earliest place, in the order of the first run (of the second where the first has nothing there).
    private static FirstDifference? First(IReadOnlyList<string> ids, RunFile a, RunFile b)
    {
        var entriesA = a.History.ToLookup(entry => entry.StepId ?? "", StringComparer.Ordinal);
        var entriesB = b.History.ToLookup(entry => entry.StepId ?? "", StringComparer.Ordinal);
        return ids.Prepend("")
            .Select(id => First(id, [.. entriesA[id]], [.. entriesB[id]]))
            .OfType<FirstDifference>()
            .OrderBy(difference => Math.Min(difference.SeqA ?? int.MaxValue, difference.SeqB ?? int.MaxValue))
            .FirstOrDefault();
    }

    private static FirstDifference? First(string id, IReadOnlyList<RunEvent> a, IReadOnlyList<RunEvent> b)
    {
        for (var i = 0; i < Math.Max(a.Count, b.Count); i++)
        {
            var (left, right) = (a.ElementAtOrDefault(i), b.ElementAtOrDefault(i));
            if (left is not null && right is not null && Said(left) == Said(right))
                continue;
            var step = id.Length == 0 ? null : id;
            return new FirstDifference(left?.Seq, right?.Seq, step, $"{Words(left)} in the first, {Words(right)} in the second");
        }
        return null;
    }

    // Ids and waiting times differ between any two runs and say nothing.
    private static string Said(RunEvent entry) =>
        $"{entry.Event}|{entry.Attempt}|"
        + string.Join(
            '|',
            entry
                .Detail.Where(detail => detail.Key is not ("incident" or "delayMs" or "ballot"))
                .OrderBy(detail => detail.Key, StringComparer.Ordinal)
                .Select(detail => $"{detail.Key}={detail.Value}")
        );

    private static string Words(RunEvent? entry)
    {
        if (entry is null)
            return "nothing more";
        var attempt = entry.Attempt is > 1 ? $" (attempt {entry.Attempt})" : "";
        var why =
            entry.Detail.GetValueOrDefault("reason")
            ?? entry.Detail.GetValueOrDefault("option")
            ?? entry.Detail.GetValueOrDefault("status");
        return why is null ? entry.Event + attempt : $"{entry.Event}{attempt}: {why}";
    }

    private static Dictionary<string, (PlanStepRow Plan, StepRow? Row)?> Steps(RunFile file)
    {
        var rows = file.Steps.ToDictionary(step => step.StepId, StringComparer.Ordinal);
        // Nullable, so that a step the other run does not have is missing instead of empty.
        return file.Plan.ToDictionary(
            step => step.StepId,
            step => ((PlanStepRow, StepRow?)?)(step, rows.GetValueOrDefault(step.StepId)),
            StringComparer.Ordinal
        );
    }

    private static IReadOnlyList<(string, string?)> Step(PlanStepRow plan, StepRow? row) =>
        [
            ("agentType", plan.AgentType),
            ("dependsOn", string.Join(", ", plan.DependsOn)),
            ("pivot", Yes(plan.Pivot)),
            ("optional", Yes(plan.Optional)),
            ("undoneBy", plan.UndoneBy),
            ("policy", plan.Policy),
            ("status", row?.Status),
            ("attempt", row?.Attempt.ToString(CultureInfo.InvariantCulture)),
            ("reason", row?.Reason),
            ("detail", row?.Detail),
            ("inDoubt", Yes(row?.InDoubt is true)),
        ];

    private static IReadOnlyList<(string, string?)> Run(RunSummary run) =>
        [
            ("name", run.Name),
            ("tenant", run.Tenant),
            ("requester", run.Requester),
            ("businessScope", run.BusinessScope),
            ("status", run.Status),
            ("reason", run.Reason),
            ("failedStep", run.FailedStep),
            ("failedDetail", run.FailedDetail),
            ("steps", $"{run.StepsDone} of {run.Steps}"),
            ("retries", run.Retries.ToString(CultureInfo.InvariantCulture)),
            ("agents", string.Join(", ", run.Agents.Order(StringComparer.Ordinal))),
            ("tokens", run.Tokens.ToString(CultureInfo.InvariantCulture)),
            ("costMicroUsd", run.CostMicroUsd.ToString(CultureInfo.InvariantCulture)),
            (
                "durationMs",
                run.EndedAt is { } ended ? ((long)(ended - run.StartedAt).TotalMilliseconds).ToString(CultureInfo.InvariantCulture) : null
            ),
        ];

    private static List<FieldDifference> Differences(
        IReadOnlyList<(string Field, string? Value)> a,
        IReadOnlyList<(string Field, string? Value)> b
    )
    {
        var names = a.Concat(b).Select(field => field.Field).Distinct(StringComparer.Ordinal);
        string? In(IReadOnlyList<(string Field, string? Value)> fields, string name) =>
            fields.FirstOrDefault(field => field.Field == name).Value;
        return [.. names.Select(name => new FieldDifference(name, In(a, name), In(b, name))).Where(field => field.A != field.B)];
    }

    private static string Yes(bool value) => value ? "yes" : "no";
}
