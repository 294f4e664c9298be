namespace Coordination.Monitor;

/// <summary>A run as its page shows it, now or at an earlier moment.</summary>
/// <remarks>
/// JoinedRunId: the submission asked for joined this run, which the rest is about. At: the entry of the history whose moment is shown. Moment: when that was; null: now.
/// Cancel: who stopped it; null where nobody did, as when its deadline passed or a step failed.
/// </remarks>
public sealed record RunDetail(
    RunSummary Run,
    Guid TransactionId,
    Guid? JoinedRunId,
    string Story,
    IReadOnlyList<StepView> Steps,
    IReadOnlyList<BallotSummary> Ballots,
    int At,
    int LastSeq,
    DateTimeOffset? Moment,
    long InputTokens,
    long OutputTokens,
    long CostMicroUsd,
    string? TraceId,
    IReadOnlyList<string> Compensated,
    RunCancel? Cancel,
    IReadOnlyList<ActionOffer> Actions
);

/// <summary>A request to stop a run, as it came: from the monitor, the command line or a program. Reason: null where none was given.</summary>
public sealed record RunCancel(string By, string? Reason, DateTimeOffset At);

/// <summary>A step: what the plan says of it and where it stands.</summary>
/// <remarks>
/// Attempt: how often doing it was tried; UndoAttempts: how often undoing it was. TookMs: what is over of its work, as on the timeline; Since: when what goes on began.
/// AnsweredBy: who answered its last question.
/// </remarks>
public sealed record StepView(
    int Position,
    string StepId,
    string AgentType,
    string Status,
    int Attempt,
    int UndoAttempts,
    IReadOnlyList<string> DependsOn,
    bool Pivot,
    bool Optional,
    string? UndoneBy,
    IReadOnlyList<string>? Electorate,
    string? Policy,
    string? Reason,
    string? Detail,
    string? IncidentId,
    string? WaitKind,
    string? WaitingOn,
    DateTimeOffset? WaitEndsAt,
    string? QuestionId,
    QuestionView? Question,
    int? Percent,
    string? Note,
    int? CompletedAs,
    bool InDoubt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    Guid? BallotId,
    long TookMs,
    DateTimeOffset? Since,
    long UndoTookMs,
    DateTimeOffset? UndoSince,
    string? AnsweredBy,
    DateTimeOffset? AnsweredAt
);

/// <summary>A question an agent asks a person. Options: the answers its schema allows, where it names them.</summary>
public sealed record QuestionView(string Text, IReadOnlyList<string>? Options, DateTimeOffset? AskedAt);

/// <summary>A page of the history. Next: the entry it ended with, null at the end.</summary>
public sealed record EventPage(IReadOnlyList<RunEvent> Rows, int? Next, int Total);

/// <summary>One entry of the history.</summary>
public sealed record RunEvent(
    int Seq,
    DateTimeOffset At,
    string Event,
    string? StepId,
    int? Attempt,
    IReadOnlyDictionary<string, string> Detail,
    Guid MessageId,
    Guid? CausationId
);

/// <summary>What an entry changed.</summary>
public sealed record StateChange(
    int Seq,
    DateTimeOffset At,
    string Event,
    StateView? Before,
    StateView After,
    IReadOnlyList<FieldChange> Changes
);

/// <summary>The run after an entry.</summary>
public sealed record StateView(string Status, string? Reason, IReadOnlyList<StepStateView> Steps);

/// <summary>A step after an entry. Attempt: how often doing it was tried; UndoAttempts: how often undoing it was.</summary>
public sealed record StepStateView(string StepId, string Status, int Attempt, int UndoAttempts, string? Reason, string? WaitingOn);

public sealed record FieldChange(string Path, string? Before, string? After);

/// <summary>A page of the journal.</summary>
public sealed record JournalPage(IReadOnlyList<JournalRow> Rows, long? Next);

/// <summary>A line of the journal, without arguments and results.</summary>
public sealed record JournalRow(
    long Seq,
    DateTimeOffset At,
    string Kind,
    string StepId,
    bool Compensating,
    int Attempt,
    string Worker,
    string? Tool,
    string? Class,
    string? Key,
    string? Status,
    string? Code,
    string? Detail,
    string? Model,
    long? InputTokens,
    long? OutputTokens,
    long? CostMicroUsd,
    long? DurationMs,
    string? TraceId
);

/// <summary>What a run waits for. Stuck: why it does not move; null when it does.</summary>
public sealed record RunWaits(
    string? Stuck,
    IReadOnlyList<RunWait> Rows,
    IReadOnlyList<TimerRow> Timers,
    IReadOnlyList<LetterRow> DeadLetters,
    IReadOnlyList<ClaimRow> Claims
);

/// <summary>A step's wait. Why: what holds it up, null where nothing does.</summary>
public sealed record RunWait(string StepId, string Kind, string What, DateTimeOffset? Since, DateTimeOffset? Until, string? Why);

/// <summary>A worker's claim on an attempt.</summary>
public sealed record ClaimRow(
    string StepId,
    int Attempt,
    string AgentType,
    string? Owner,
    long Epoch,
    int Crashes,
    DateTimeOffset ClaimedAt,
    DateTimeOffset ExpiresAt,
    bool Expired
);

/// <summary>Bodies of a run.</summary>
public sealed record Payloads(IReadOnlyList<Payload> Rows);

/// <summary>A body. At, Seq: when it was used and by which entry; null: it came with the plan and was not used.</summary>
public sealed record Payload(string StepId, string Kind, System.Text.Json.JsonElement? Body, int Bytes, DateTimeOffset? At, int? Seq);

/// <summary>Where something is shown: a route below the prefix.</summary>
public sealed record Resolved(string Href);
