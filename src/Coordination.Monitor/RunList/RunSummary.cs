namespace Coordination.Monitor;

/// <summary>One run as the list shows it.</summary>
/// <remarks>Stuck: Why it does not move; null when it does.</remarks>
/// <remarks>Version: Rises with every change: of two rows of a run the one with the higher version is newer.</remarks>
public sealed record RunSummary(
    Guid RunId,
    string Tenant,
    string Name,
    string Status,
    string? Reason,
    string Requester,
    string? BusinessScope,
    DateTimeOffset StartedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? DeadlineAt,
    DateTimeOffset? EndedAt,
    string? FailedStep,
    string? FailedDetail,
    int StepsDone,
    int Steps,
    int Retries,
    string? CurrentStep,
    string? WaitKind,
    string? WaitsFor,
    DateTimeOffset? WaitEndsAt,
    bool InDoubt,
    string? Stuck,
    IReadOnlyList<string> Agents,
    long Tokens,
    long CostMicroUsd,
    long Version
);
