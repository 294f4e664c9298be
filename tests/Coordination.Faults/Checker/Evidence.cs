namespace Coordination.Faults.Checker;

/// <summary>
/// Everything the checker judges, as rows read after the run: the client's log and the effects from the ledger, the product's tables, what the triggers
/// wrote, and the broker's queues.
/// </summary>
public sealed record Evidence
{
    public IReadOnlyList<Submission> Submissions { get; init; } = [];
    public IReadOnlyList<Run> Runs { get; init; } = [];
    public IReadOnlyList<HistoryLine> History { get; init; } = [];
    public IReadOnlyList<Effect> Effects { get; init; } = [];
    public IReadOnlyList<EffectCall> Calls { get; init; } = [];
    public IReadOnlyList<StoredMessage> Stored { get; init; } = [];
    public IReadOnlyList<HandledMessage> Handled { get; init; } = [];
    public IReadOnlyList<ParkedMessage> Parked { get; init; } = [];
    public IReadOnlyList<Order> Sent { get; init; } = [];

    /// <summary>In the order of handling.</summary>
    public IReadOnlyList<Order> Applied { get; init; } = [];

    /// <summary>In the order of writing.</summary>
    public IReadOnlyList<ClaimChange> Claims { get; init; } = [];
    public IReadOnlyList<QueueDepth> Queues { get; init; } = [];
    public IReadOnlyList<FaultRecord> Faults { get; init; } = [];

    /// <summary>Rows of the outbox that are left.</summary>
    public long Pending { get; init; }

    /// <summary>Calls of the same attempt that lost processes, freezes and cuts may have caused at most.</summary>
    public long RepeatsAllowed { get; init; }

    /// <summary>From the last fault until all was at rest; null: it never was.</summary>
    public TimeSpan? Settled { get; init; }

    public TimeSpan SettlesWithin { get; init; }

    /// <summary>How much later than its time a retry may be sent, faults apart.</summary>
    public TimeSpan RetriesWithin { get; init; }
}

/// <summary>What a client asked for and was told.</summary>
/// <param name="Kind">What the run was made to do.</param>
/// <param name="Outcome">ok, failed or unknown.</param>
/// <param name="Took">From the first try until it was seen to have ended.</param>
public sealed record Submission(Guid RunId, string Kind, string Outcome, TimeSpan? Took = null);

/// <param name="Status">In lower case; rejected submissions too.</param>
public sealed record Run(Guid RunId, string Status)
{
    public bool IsTerminal => Status is "completed" or "partial" or "failed" or "cancelled" or "expired" or "rejected";
}

/// <param name="Delay">Of a retry: the pause that was decided.</param>
public sealed record HistoryLine(
    Guid RunId,
    int Sequence,
    DateTimeOffset At,
    string Type,
    string? StepId = null,
    int? Attempt = null,
    string? Reason = null,
    TimeSpan? Delay = null
);

/// <summary>Something that happened in the outside world.</summary>
/// <param name="Tool">do or undo.</param>
public sealed record Effect(string Key, Guid RunId, string StepId, string Tool);

/// <summary>A call of the outside world, whether or not it had an effect.</summary>
public sealed record EffectCall(string Key, Guid RunId, string StepId, string Tool, int Attempt, string Process);

/// <summary>A row that was put into the outbox.</summary>
/// <param name="Endpoint">The queue, or an event's exchange.</param>
/// <param name="Timer">It may have been taken back.</param>
/// <param name="Mandatory">It has exactly one receiver.</param>
public sealed record StoredMessage(Guid MessageId, string Endpoint, bool Timer, bool Mandatory, DateTimeOffset At);

/// <summary>A row of the inbox.</summary>
public sealed record HandledMessage(Guid ConsumerId, Guid MessageId);

public sealed record ParkedMessage(string Direction, string Endpoint, Guid MessageId, string Reason, string Detail = "");

/// <param name="Process">Which process applied it.</param>
public sealed record Order(Guid Key, int Number, DateTimeOffset At = default, string Process = "");

/// <summary>A claim after a change, and the database's clock.</summary>
public sealed record ClaimChange(Guid ClaimId, long Epoch, string? Owner, string State, DateTimeOffset ExpiresAt, DateTimeOffset At);

public sealed record QueueDepth(string Name, long Messages);

/// <summary>Something that must not be.</summary>
/// <param name="Invariant">For example <c>I-3</c>.</param>
public sealed record Violation(string Invariant, string What);
