using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>Everything the workers write to the log, in sentences a person can read.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(3001, LogLevel.Debug, "Agent {AgentType} starts step {StepId} of run {RunId}, attempt {Attempt} (epoch {Epoch})")]
    public static partial void AttemptStarted(this ILogger logger, string agentType, string stepId, Guid runId, int attempt, long epoch);

    [LoggerMessage(
        3002,
        LogLevel.Information,
        "Agent {AgentType} ended step {StepId} of run {RunId}, attempt {Attempt}: {Outcome} after {Milliseconds:0} ms"
    )]
    public static partial void AttemptEnded(
        this ILogger logger,
        string agentType,
        string stepId,
        Guid runId,
        int attempt,
        string outcome,
        double milliseconds
    );

    [LoggerMessage(
        3003,
        LogLevel.Warning,
        "Agent {AgentType} failed step {StepId} of run {RunId}, attempt {Attempt}: {Class} {Reason} {Detail} (incident {IncidentId})"
    )]
    public static partial void StepFailed(
        this ILogger logger,
        Exception? exception,
        string agentType,
        string stepId,
        Guid runId,
        int attempt,
        string @class,
        string reason,
        string? detail,
        string incidentId
    );

    [LoggerMessage(
        3004,
        LogLevel.Error,
        "Step {StepId} of run {RunId}, attempt {Attempt} of agent {AgentType} broke off in the worker itself"
    )]
    public static partial void AttemptBroken(
        this ILogger logger,
        Exception exception,
        string agentType,
        string stepId,
        Guid runId,
        int attempt
    );

    [LoggerMessage(
        3005,
        LogLevel.Warning,
        "Agent {AgentType} goes on with step {StepId} of run {RunId} although its cancellation token has fired ({Cause}); it is answered for"
    )]
    public static partial void AgentIgnoresToken(this ILogger logger, string agentType, string stepId, Guid runId, StopCause cause);

    [LoggerMessage(3006, LogLevel.Warning, "The answer of step {StepId} of run {RunId} could not be stored; next try in {Milliseconds} ms")]
    public static partial void AnswerPostponed(this ILogger logger, Exception exception, string stepId, Guid runId, double milliseconds);

    [LoggerMessage(3007, LogLevel.Information, "Agent {AgentType} hands step {StepId} of run {RunId} back: this process ends")]
    public static partial void HandedBack(this ILogger logger, string agentType, string stepId, Guid runId);

    [LoggerMessage(
        3008,
        LogLevel.Warning,
        "Step {StepId} of run {RunId} could not be handed back; others take it over when its lease has run out"
    )]
    public static partial void HandBackFailed(this ILogger logger, Exception exception, string stepId, Guid runId);

    [LoggerMessage(3009, LogLevel.Warning, "A progress report of step {StepId} of run {RunId} could not be stored")]
    public static partial void ProgressLost(this ILogger logger, Exception exception, string stepId, Guid runId);

    [LoggerMessage(
        3010,
        LogLevel.Warning,
        "FENCED: agent {AgentType} lost its claim on step {StepId} of run {RunId} (epoch {Epoch}); its answer is refused, another worker carries on"
    )]
    public static partial void Fenced(this ILogger logger, string agentType, string stepId, Guid runId, long epoch);

    [LoggerMessage(3011, LogLevel.Warning, "The leases of {Count} running attempts could not be renewed; trying again")]
    public static partial void RenewFailed(this ILogger logger, Exception exception, int count);

    [LoggerMessage(3012, LogLevel.Warning, "Looking for claims of agent {AgentType} to take over failed; trying again")]
    public static partial void RecoveryFailed(this ILogger logger, Exception exception, string agentType);

    [LoggerMessage(
        3013,
        LogLevel.Information,
        "Agent {AgentType} takes over step {StepId} of run {RunId} (epoch {Epoch}, {Crashes} workers vanished so far)"
    )]
    public static partial void TakenOver(this ILogger logger, string agentType, string stepId, Guid runId, long epoch, int crashes);

    [LoggerMessage(3014, LogLevel.Debug, "{Count} old claims were deleted")]
    public static partial void ClaimsCleaned(this ILogger logger, int count);

    [LoggerMessage(3015, LogLevel.Warning, "Deleting old claims failed; trying again later")]
    public static partial void CleanFailed(this ILogger logger, Exception exception);

    [LoggerMessage(3016, LogLevel.Information, "{Count} claims left by the last process are available again")]
    public static partial void ReleasedAtStart(this ILogger logger, int count);

    [LoggerMessage(3017, LogLevel.Warning, "The claims left by the last process could not be released; trying again")]
    public static partial void ReleaseAtStartFailed(this ILogger logger, Exception exception);

    [LoggerMessage(3018, LogLevel.Information, "Stopping: {Count} attempts may finish within {Seconds} s, then they are handed back")]
    public static partial void Stopping(this ILogger logger, int count, double seconds);

    [LoggerMessage(
        3019,
        LogLevel.Debug,
        "Step {StepId} of run {RunId}, attempt {Attempt} of agent {AgentType} was ordered twice; the first order counts"
    )]
    public static partial void AlreadyClaimed(this ILogger logger, string agentType, string stepId, Guid runId, int attempt);

    [LoggerMessage(3020, LogLevel.Debug, "Agent {AgentType} has no free slot for step {StepId} of run {RunId}; it is stored for anyone")]
    public static partial void StoredForAnyone(this ILogger logger, string agentType, string stepId, Guid runId);

    [LoggerMessage(3021, LogLevel.Warning, "The agent types could not be announced; trying again")]
    public static partial void AnnounceFailed(this ILogger logger, Exception exception);

    [LoggerMessage(
        3022,
        LogLevel.Warning,
        "The journal of step {StepId} of run {RunId} could not be written; nothing goes on before it is, trying again in {Pause} ms"
    )]
    public static partial void JournalPostponed(this ILogger logger, Exception exception, string stepId, Guid runId, double pause);

    [LoggerMessage(
        3023,
        LogLevel.Warning,
        "Effect {Tool} ({Scope}) call {Call} failed with {Code}: {Detail}; the next call is made in {Delay} ms"
    )]
    public static partial void EffectRetried(
        this ILogger logger,
        Exception exception,
        string tool,
        string scope,
        int call,
        string code,
        string? detail,
        double delay
    );

    [LoggerMessage(3024, LogLevel.Warning, "Effect {Tool} ({Scope}) did not succeed after {Calls} calls: {Code}: {Detail}")]
    public static partial void EffectFailed(
        this ILogger logger,
        Exception exception,
        string tool,
        string scope,
        int calls,
        string code,
        string? detail
    );

    [LoggerMessage(
        3025,
        LogLevel.Warning,
        "Effect {Tool} ({Scope}) is in doubt: a person has to say whether it happened (question {QuestionId})"
    )]
    public static partial void EffectInDoubt(this ILogger logger, string tool, string scope, string questionId);

    [LoggerMessage(3026, LogLevel.Information, "Effect {Tool} ({Scope}) succeeded after {Calls} calls (degraded)")]
    public static partial void EffectDegraded(this ILogger logger, string tool, string scope, int calls);

    [LoggerMessage(3027, LogLevel.Warning, "The retry budget of backend {Backend} could not be asked; nothing is retried until it can")]
    public static partial void RetryBudgetUnknown(this ILogger logger, Exception exception, string backend);

    [LoggerMessage(
        3028,
        LogLevel.Warning,
        "Voter {AgentType} could not vote in round {Round} of ballot {BallotId}: {Class} {Reason} {Detail} (incident {IncidentId})"
    )]
    public static partial void VoteFailed(
        this ILogger logger,
        string agentType,
        Guid ballotId,
        int round,
        string @class,
        string reason,
        string? detail,
        string incidentId
    );
}
