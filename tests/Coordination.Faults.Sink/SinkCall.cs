namespace Coordination.Faults.Sink;

/// <summary>A request as it arrives.</summary>
/// <param name="Key">The idempotency key; honoured by class <c>keyed</c> only. Of a read: the run.</param>
/// <param name="Class">pure, idempotent, keyed, probed or irreversible.</param>
/// <param name="Undo">It undoes something.</param>
/// <param name="Value">What an idempotent call sets.</param>
/// <param name="Process">Who calls.</param>
/// <param name="Kill">Before or after it takes effect the caller is ended, and no answer is given; null: it is not.</param>
/// <param name="KillLog">A file that gets a line before the caller is ended.</param>
internal sealed record SinkCall(
    string Key,
    string Class,
    Guid RunId,
    string StepId,
    bool Undo,
    string Value,
    int Process,
    string? Kill,
    string? KillLog
);

/// <summary>What the caller is told.</summary>
/// <param name="Receipt">Number of the effect, or of the state; of a probe: null when there is none.</param>
internal sealed record SinkAnswer(long? Receipt);
