using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

// The end: one terminal event that says what was done, what is missing and what was undone.
internal sealed partial class RunTurn
{
    private List<string> NotCompensated()
    {
        if (run.PivotPassed)
            return [];
        return
        [
            .. run
                .Steps.Where(s =>
                    plan[s.Id].Compensation is not null
                    && (
                        s.Status
                            is StepStatus.Done
                                or StepStatus.Compensating
                                or StepStatus.CompensationWait
                                or StepStatus.CompensationFailed
                        || s.InDoubt
                    )
                )
                .OrderByDescending(s => s.CompletedAs)
                .Select(s => s.Id),
        ];
    }

    private void Finish(RunStatus outcome)
    {
        run = run with { Status = outcome, EndedAt = context.Now };
        var done = Ids(s => s.CompletedAs is not null && s.Status != StepStatus.Compensated);
        var missing = Ids(s => s.CompletedAs is null && !IsOneOfSeveral(s));
        List<string> compensated =
        [
            .. run.Steps.Where(s => s.Status == StepStatus.Compensated).OrderByDescending(s => s.CompletedAs).Select(s => s.Id),
        ];
        Publish(
            outcome switch
            {
                RunStatus.Completed => new RunCompleted
                {
                    RunId = run.RunId,
                    Outputs = EventOutputs(),
                    Missing = Lacking(),
                },
                RunStatus.Partial => new RunPartial
                {
                    RunId = run.RunId,
                    Reason = run.Reason ?? ReasonCode.NonRetryable,
                    Done = done,
                    Missing = missing,
                    Outputs = EventOutputs(),
                },
                RunStatus.Cancelled => new RunCancelled
                {
                    RunId = run.RunId,
                    RequestedBy = run.Ending?.RequestedBy ?? run.Requester,
                    Compensated = compensated,
                    NotCompensated = NotCompensated(),
                },
                RunStatus.Expired => new RunExpired
                {
                    RunId = run.RunId,
                    Done = done,
                    Missing = missing,
                    Compensated = compensated,
                    NotCompensated = NotCompensated(),
                },
                _ => new RunFailed
                {
                    RunId = run.RunId,
                    Reason = run.Reason ?? ReasonCode.NonRetryable,
                    FailedStep = run.FailedStep,
                    Compensated = compensated,
                    NotCompensated = NotCompensated(),
                },
            }
        );
        Record("ended", data: [("status", RunJson.NameOf(outcome)), ("reason", run.Reason)]);
    }

    private List<string>? Lacking()
    {
        List<string> lacking = [.. run.Steps.SelectMany(s => (s.Missing ?? []).Select(what => $"{s.Id}: {what}")).Take(MostLacking)];
        return lacking.Count == 0 ? null : lacking;
    }

    private const int MostLacking = 100;

    private List<string> Ids(Func<StepState, bool> which) => [.. run.Steps.Where(which).Select(s => s.Id)];

    /// <summary>Outputs of the done steps no other done step builds on, as many as an event may carry.</summary>
    private Dictionary<string, JsonElement> EventOutputs()
    {
        var usedUp = run
            .Steps.Where(s => s.Status == StepStatus.Done)
            .SelectMany(DependenciesOf)
            .Select(s => s.Id)
            .ToHashSet(StringComparer.Ordinal);
        var last = run.Steps.Where(s => s.Status == StepStatus.Done && !usedUp.Contains(s.Id)).OrderBy(s => JsonSize.Of(s.Output));
        var outputs = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var bytes = 0;
        foreach (var step in last)
        {
            bytes += JsonSize.Of(step.Output) + step.Id.Length;
            if (bytes > context.Limits.MaxEventOutputBytes)
                break;
            outputs[step.Id] = step.Output!.Value;
        }
        return outputs;
    }
}
