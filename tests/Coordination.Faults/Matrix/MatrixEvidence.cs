using Coordination.Faults.Checker;

namespace Coordination.Faults.Matrix;

/// <summary>What the matrix is judged by: runs and messages as in every fault run, what the sink saw, and the product's tables of effects.</summary>
public sealed record MatrixEvidence
{
    /// <summary>Submissions, runs, history, messages, claims and queues.</summary>
    public required Evidence Fleet { get; init; }

    /// <summary>In the order of their arrival.</summary>
    public IReadOnlyList<SinkCall> Calls { get; init; } = [];
    public IReadOnlyList<SinkEffect> Effects { get; init; } = [];
    public IReadOnlyList<SinkState> States { get; init; } = [];

    /// <summary>By run and number.</summary>
    public IReadOnlyList<JournalLine> Journal { get; init; } = [];
    public IReadOnlyList<EffectRecord> Records { get; init; } = [];

    /// <summary>Effects that were in doubt when the faults were over, as they were then.</summary>
    public IReadOnlyList<Doubt> Doubts { get; init; } = [];

    public IReadOnlyList<FaultRecord> Crashes { get; init; } = [];

    /// <summary>When a worker was there and awake.</summary>
    public IReadOnlyList<UpTime> Workers { get; init; } = [];

    /// <summary>How much later than its lease's end a claim may be taken over; null: not judged.</summary>
    public TimeSpan? ResumesWithin { get; init; }
}

/// <summary>What an effect is: the step it belongs to, whether it undoes it, and its class. A step of the matrix has one of each class.</summary>
public sealed record EffectId(Guid RunId, string StepId, bool Undo, string Class)
{
    public override string ToString() => $"{Class} effect of step {StepId} of run {RunId}{(Undo ? " (undoing)" : "")}";
}

/// <summary>A call the sink received.</summary>
/// <param name="Intents">INTENT records of its key that were committed when it arrived.</param>
/// <param name="LastRecord">Kind of the last record of its key then.</param>
/// <param name="Kill">Before or after its effect the caller was ended; empty: it was not.</param>
public sealed record SinkCall(EffectId Of, string Key, int Intents, string LastRecord, string Kill, bool Answered);

/// <summary>Something that happened.</summary>
public sealed record SinkEffect(EffectId Of, string Key, long Receipt);

/// <summary>What a step has set last.</summary>
public sealed record SinkState(Guid RunId, string StepId, string Value);

/// <summary>A row of the table <c>effect</c>.</summary>
public sealed record EffectRecord(EffectId Of, string Key, string Status, int Calls);

/// <summary>An effect that waits for a person.</summary>
/// <param name="Question">Null while undoing: nobody is asked.</param>
/// <param name="Calls">That the sink received.</param>
/// <param name="Receipt">Of what happened; null: nothing did.</param>
public sealed record Doubt(EffectId Of, string Key, string? Question, int Calls, long? Receipt);
