using System.Text.Json;

namespace Coordination.Host.Runs;

/// <summary>A run as the command line shows it.</summary>
internal sealed record RunRow
{
    public required Guid RunId { get; init; }
    public required string Name { get; init; }
    public required string Status { get; init; }
    public string? Reason { get; init; }
    public required string Requester { get; init; }
    public string? BusinessScope { get; init; }
    public required DateTimeOffset AcceptedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset? DeadlineAt { get; init; }
    public string? FailedStep { get; init; }
    public JsonElement? Compensated { get; init; }
    public JsonElement? Outputs { get; init; }
}

/// <summary>A step of a run.</summary>
internal sealed record StepRow(string StepId, string AgentType, string Status, int Attempt, string? Reason, string? WaitingOn);

/// <summary>One entry of a run's history.</summary>
internal sealed record HistoryRow(int Seq, DateTimeOffset At, string Type, string? StepId, int? Attempt, JsonElement? Data);

/// <summary>A run with its steps.</summary>
internal sealed record RunDetails(RunRow Run, IReadOnlyList<StepRow> Steps, IReadOnlyList<HistoryRow>? History);

/// <summary>Where a run may stand.</summary>
internal static class RunStatus
{
    public static IReadOnlyList<string> Terminal { get; } = ["completed", "partial", "failed", "cancelled", "expired", "rejected"];

    public static bool IsTerminal(string status) => Terminal.Contains(status, StringComparer.Ordinal);

    /// <summary>A run that ended without doing all it should makes the command that waited for it fail.</summary>
    public static int ExitCodeOf(string status) => status is "completed" ? CommandLine.ExitCode.Ok : CommandLine.ExitCode.Failed;
}
