using System.Collections.Immutable;
using System.Text.Json;
using Coordination.Contracts.V1;
using MassTransit;

namespace Coordination.Sagas.Runs;

/// <summary>A run's row. Everything but the saga's own bookkeeping is <see cref="RunState"/>, taken apart and put together here.</summary>
public sealed class RunSaga : SagaStateMachineInstance
{
    /// <summary>The run's id.</summary>
    public Guid CorrelationId { get; set; }
    public int Version { get; set; }

    /// <summary>A <see cref="RunStatus"/>, the name of the state machine's state.</summary>
    public string Status { get; set; } = "";
    public string Tenant { get; set; } = "";
    public string Requester { get; set; } = "";
    public string? BusinessScope { get; set; }
    public string Name { get; set; } = "";
    public string PlanHash { get; set; } = "";

    /// <summary>The plan as JSON.</summary>
    public string Plan { get; set; } = "";

    /// <summary>Where the steps stand, as JSON. Only texts this program wrote itself or took from short text members: views read it.</summary>
    public string Steps { get; set; } = "";

    /// <summary>What agents and persons gave: outputs, answers, the open question. JSON of any kind, read by nobody but the saga.</summary>
    public string? Content { get; set; }

    public DateTimeOffset AcceptedAt { get; set; }
    public DateTimeOffset DeadlineAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public string? Reason { get; set; }
    public string? FailedStep { get; set; }

    /// <summary><see cref="RunEnding"/> as JSON.</summary>
    public string? Ending { get; set; }
    public int HistoryCount { get; set; }

    /// <summary>Steps that were undone, in the order of their undoing, as a JSON array.</summary>
    public string Compensated { get; set; } = "[]";

    /// <summary>What the terminal event carried as outputs, as a JSON object.</summary>
    public string? Outputs { get; set; }

    /// <summary>Of the submission; the same on every message of the run.</summary>
    public Guid TransactionId { get; set; }

    /// <summary>Hops the submission had left.</summary>
    public int Hops { get; set; }

    /// <summary>W3C trace parent of the submission.</summary>
    public string? TraceParent { get; set; }

    /// <summary>The submission was refused or joined another run: there is nothing to store.</summary>
    internal bool IsNothing { get; set; }

    internal RunState Load()
    {
        var contents = Content is null ? [] : JsonSerializer.Deserialize(Content, RunJson.Default.DictionaryStringStepContent)!;
        var steps = JsonSerializer.Deserialize(Steps, RunJson.Default.ImmutableArrayStepState);
        return new RunState
        {
            RunId = CorrelationId,
            Plan = JsonSerializer.Deserialize(Plan, RunJson.Default.RunPlan)!,
            PlanHash = PlanHash,
            Requester = Requester,
            Status = Enum.Parse<RunStatus>(Status),
            Steps = [.. steps.Select(s => contents.TryGetValue(s.Id, out var content) ? content.Into(s) : s)],
            StartedAt = AcceptedAt,
            DeadlineAt = DeadlineAt,
            EndedAt = EndedAt,
            Reason = Reason,
            FailedStep = FailedStep,
            Ending = Ending is null ? null : JsonSerializer.Deserialize(Ending, RunJson.Default.RunEnding),
            HistoryCount = HistoryCount,
        };
    }

    internal void Store(RunState state)
    {
        if (Plan.Length == 0)
        {
            Name = state.Plan.Name;
            PlanHash = state.PlanHash;
            Plan = JsonSerializer.Serialize(state.Plan, RunJson.Default.RunPlan);
            Requester = state.Requester;
            AcceptedAt = state.StartedAt;
            DeadlineAt = state.DeadlineAt;
        }
        var contents = state.Steps.Where(StepContent.Has).ToDictionary(s => s.Id, StepContent.Of, StringComparer.Ordinal);
        string[] undone =
        [
            .. state.Steps.Where(s => s.Status == StepStatus.Compensated).OrderByDescending(s => s.CompletedAs).Select(s => s.Id),
        ];
        Status = state.Status.ToString();
        Steps = JsonSerializer.Serialize(state.Steps, RunJson.Default.ImmutableArrayStepState);
        Content = contents.Count == 0 ? null : JsonSerializer.Serialize(contents, RunJson.Default.DictionaryStringStepContent);
        EndedAt = state.EndedAt;
        Reason = state.Reason;
        FailedStep = state.FailedStep;
        Ending = state.Ending is null ? null : JsonSerializer.Serialize(state.Ending, RunJson.Default.RunEnding);
        HistoryCount = state.HistoryCount;
        Compensated = JsonSerializer.Serialize(undone, RunJson.Default.StringArray);
    }
}

/// <summary>What a step was given and gave.</summary>
internal sealed record StepContent
{
    public JsonElement? Output { get; init; }
    public ImmutableSortedDictionary<string, JsonElement>? Answers { get; init; }
    public InputRequired? Question { get; init; }

    public static bool Has(StepState step) => step.Output is not null || step.Answers is not null || step.Question is not null;

    public static StepContent Of(StepState step) =>
        new()
        {
            Output = step.Output,
            Answers = step.Answers,
            Question = step.Question,
        };

    public StepState Into(StepState step) => step with { Output = Output, Answers = Answers, Question = Question };
}
