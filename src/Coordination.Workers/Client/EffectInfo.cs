namespace Coordination.Workers;

/// <summary>An effect as it stands: what was wanted, how often it was called, what became of it.</summary>
public sealed record EffectInfo
{
    public required string Key { get; init; }
    public required Guid RunId { get; init; }
    public required string StepId { get; init; }

    /// <summary>Made to undo the step.</summary>
    public required bool Compensating { get; init; }

    /// <summary>For example <c>refund@1</c>.</summary>
    public required string Tool { get; init; }

    /// <summary>One of <see cref="EffectClass"/>, in lower case.</summary>
    public required string Class { get; init; }

    /// <summary>Which one, for a person.</summary>
    public required string Scope { get; init; }

    /// <summary>
    /// <c>open</c> (a call is under way, or was cut off), <c>succeeded</c>, <c>failed</c> (not done), <c>retryable</c> (not done yet), <c>unknown</c> (perhaps done), <c>accepted</c>
    /// (taken on by the target), <c>indoubt</c> (waits for a person), <c>notdone</c>, <c>givenup</c> (by a person, perhaps done).
    /// </summary>
    public required string Status { get; init; }

    /// <summary>The report's word for it: <c>done</c>, <c>not done</c> or <c>in doubt</c>; what was never called is not in the list.</summary>
    public string Summary =>
        Status switch
        {
            "succeeded" => "done",
            "failed" or "retryable" or "notdone" => "not done",
            _ => "in doubt",
        };

    /// <summary>Calls that may have reached the target.</summary>
    public required int Calls { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>The question a person answers about it; see <see cref="RunClient.AnswerAsync"/>.</summary>
    public string QuestionId => EffectState.QuestionOf(Key, Calls);
}

/// <summary>One line of a run's journal, for people and tools.</summary>
/// <param name="Seq">From 1, without gaps.</param>
/// <param name="At">The database clock as the worker knew it.</param>
/// <param name="Kind"><c>intent</c>, <c>outcome</c>, <c>decision</c> or <c>signal</c>.</param>
/// <param name="StepId">The step.</param>
/// <param name="Attempt">Its attempt.</param>
/// <param name="Worker">Who wrote it.</param>
/// <param name="Tool">What it is about.</param>
/// <param name="Key">The effect's key.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Code">Reason code.</param>
/// <param name="Detail">For a person.</param>
/// <param name="InputTokens">Tokens a model read.</param>
/// <param name="OutputTokens">Tokens a model wrote.</param>
/// <param name="CostMicroUsd">Its cost in millionths of a US dollar.</param>
public sealed record JournalLine(
    long Seq,
    DateTimeOffset At,
    string Kind,
    string StepId,
    int Attempt,
    string Worker,
    string? Tool,
    string? Key,
    string? Status,
    string? Code,
    string? Detail,
    long? InputTokens,
    long? OutputTokens,
    long? CostMicroUsd
);
