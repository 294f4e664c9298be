using Microsoft.Extensions.Logging;

namespace Coordination.Sagas.Runs;

internal static partial class RunLog
{
    [LoggerMessage(4101, LogLevel.Information, "Run {RunId} ({Plan}) started with {Steps} steps")]
    public static partial void RunStarted(this ILogger logger, Guid runId, string plan, int steps);

    [LoggerMessage(4102, LogLevel.Information, "Run {RunId} ended {Status} {Reason} {FailedStep}")]
    public static partial void RunEnded(this ILogger logger, Guid runId, string status, string? reason, string? failedStep);

    [LoggerMessage(4103, LogLevel.Warning, "Run {RunId} was refused, {Reason}: {Problems} problem(s), the first: {First}")]
    public static partial void RunRefused(this ILogger logger, Guid runId, string reason, int problems, string first);

    [LoggerMessage(4104, LogLevel.Information, "Submission {RunId} joined run {Joined}, which does the same for {Scope}")]
    public static partial void RunJoined(this ILogger logger, Guid runId, Guid joined, string scope);

    [LoggerMessage(4105, LogLevel.Debug, "{Message} had no effect on run {RunId}, {Reason}: {Detail}")]
    public static partial void MessageWithoutEffect(this ILogger logger, string message, Guid runId, string reason, string? detail);
}
