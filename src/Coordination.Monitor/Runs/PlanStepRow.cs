namespace Coordination.Monitor;

/// <summary>A step as its plan has it.</summary>
internal sealed record PlanStepRow(
    int Position,
    string StepId,
    string AgentType,
    IReadOnlyList<string> DependsOn,
    bool Pivot,
    bool Optional,
    string? UndoneBy,
    IReadOnlyList<string>? Electorate,
    string? Policy,
    bool AsksSeveral
);

/// <summary>A step as its run's row has it.</summary>
internal sealed record StepRow(
    string StepId,
    string Status,
    int Attempt,
    string? Reason,
    string? Detail,
    string? IncidentId,
    string? WaitingOn,
    DateTimeOffset? WaitEndsAt,
    string? QuestionId,
    int? Percent,
    string? Note,
    int? CompletedAs,
    bool InDoubt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt
);

/// <summary>A run's row.</summary>
internal sealed record RunRow(
    Guid RunId,
    string Tenant,
    string Name,
    string Status,
    string? Reason,
    string Requester,
    string? BusinessScope,
    DateTimeOffset AcceptedAt,
    DateTimeOffset? DeadlineAt,
    DateTimeOffset? EndedAt,
    string? FailedStep,
    IReadOnlyList<string> Compensated,
    Guid TransactionId
);

/// <summary>Everything a run's page is made from.</summary>
/// <remarks>Joined: the submission that was asked for, where it joined this run.</remarks>
internal sealed record RunFile(
    RunRow Run,
    Guid? Joined,
    IReadOnlyList<PlanStepRow> Plan,
    IReadOnlyList<StepRow> Steps,
    IReadOnlyList<RunEvent> History
)
{
    private readonly IReadOnlyList<RunEvent>? whole;

    /// <summary>All entries there are, those after the moment too.</summary>
    public IReadOnlyList<RunEvent> Whole
    {
        get => whole ?? History;
        init => whole = value;
    }

    /// <summary>Null: now. Else the end of the moment the file is of: what was recorded later is not in it.</summary>
    public DateTimeOffset? Moment { get; init; }

    public int LastSeq => History.Count == 0 ? 0 : History[^1].Seq;

    public DateTimeOffset LastAt => History.Count == 0 ? Run.AcceptedAt : History[^1].At;

    /// <summary>Whether something was there at the moment the file is of.</summary>
    public bool Knows(DateTimeOffset at) => Moment is not { } moment || at <= moment;
}
