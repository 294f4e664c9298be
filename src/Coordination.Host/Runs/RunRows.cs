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

    /// <summary>Set when the submission of <see cref="RunId"/> became part of this other run.</summary>
    public Guid? JoinedRunId { get; init; }
}

/// <summary>A step of a run.</summary>
internal sealed record StepRow
{
    public required string StepId { get; init; }
    public required string AgentType { get; init; }
    public required string Status { get; init; }

    /// <summary>The attempt under way or done last; 0 before the first.</summary>
    public required int Attempt { get; init; }
    public string? Reason { get; init; }
    public string? Detail { get; init; }
    public string? WaitingOn { get; init; }

    /// <summary>The question it waits for: what <c>runs answer</c> names.</summary>
    public string? QuestionId { get; init; }
    public int? Percent { get; init; }
    public string? Note { get; init; }
    public required bool InDoubt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>One entry of a run's history.</summary>
internal sealed record HistoryRow(long Id, DateTimeOffset At, string Event, string? StepId, int? Attempt, JsonElement? Detail);

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
