using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coordination.Monitor;

/// <summary>Something a person asks to be done.</summary>
public sealed record OperationRequest
{
    /// <summary>One of <see cref="OperationKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>What it is done to; or <see cref="Select"/>.</summary>
    public IReadOnlyList<OperationTarget>? Targets { get; init; }

    /// <summary>What it is done to, by a filter that is evaluated once.</summary>
    public OperationSelect? Select { get; init; }
    public OperationParameters Parameters { get; init; } = new();

    /// <summary>Why, for the audit: up to 500 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>Says what would be done, and does nothing.</summary>
    public bool DryRun { get; init; }
}

/// <summary>One thing an operation is done to. Which members are set depends on the kind.</summary>
public sealed record OperationTarget
{
    public Guid? Run { get; init; }
    public string? Step { get; init; }
    public string? Question { get; init; }

    /// <summary>An effect's key; with <see cref="Run"/>.</summary>
    public string? Effect { get; init; }
    public Guid? Ballot { get; init; }

    /// <summary>A timer's token.</summary>
    public Guid? Timer { get; init; }

    /// <summary>A dead letter's number.</summary>
    public long? Letter { get; init; }
}

/// <summary>Targets by a filter.</summary>
public sealed record OperationSelect
{
    /// <summary>Of runs, in the language of the run list.</summary>
    public string? Query { get; init; }

    /// <summary>Of open dead letters: a group's fingerprint.</summary>
    public string? Group { get; init; }

    /// <summary>Of open dead letters: a reason code.</summary>
    public string? Reason { get; init; }

    /// <summary>Of open dead letters: a contract.</summary>
    public string? Type { get; init; }

    /// <summary>Of open dead letters: those of a run.</summary>
    public Guid? Run { get; init; }

    /// <summary>Only what was there at this time, as a dry run said: what was seen is what is done.</summary>
    public DateTimeOffset? AsOf { get; init; }

    [JsonIgnore]
    public bool IsOfLetters => Query is null;
}

/// <summary>How it is done. What a kind does not use must be absent.</summary>
public sealed record OperationParameters
{
    /// <summary>run.cancel: without waiting for agents.</summary>
    public bool? Force { get; init; }

    /// <summary>run.answer: JSON of any kind.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Answer { get; init; }

    /// <summary>effect.resolve: <c>happened</c>, <c>did-not-happen</c> or <c>compensate</c>.</summary>
    public string? Verdict { get; init; }

    /// <summary>effect.resolve with <c>happened</c>: what the call would have returned.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Result { get; init; }

    /// <summary>ballot.answer: one of the options, or null for none of them. Has to be said, null too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Option { get; init; }

    /// <summary>ballot.report: what turned out to be right.</summary>
    public string? Right { get; init; }

    /// <summary>timer.move: from now, 0 to 30 days.</summary>
    public long? DelaySeconds { get; init; }

    /// <summary>dead-letter.edit: the new body.</summary>
    public string? Body { get; init; }

    /// <summary>dead-letter.edit: retry the new version at once.</summary>
    public bool? Retry { get; init; }

    /// <summary>Of many: so many a second at most, 0.01 to 1,000.</summary>
    public double? PerSecond { get; init; }
}

/// <summary>What was asked and what became of it.</summary>
public sealed record Operation
{
    public required Guid Id { get; init; }
    public required string Kind { get; init; }

    /// <summary><c>preview</c>, <c>running</c>, <c>suspended</c>, <c>done</c>, <c>failed</c> (nothing could be done) or <c>cancelled</c>.</summary>
    public required string Status { get; init; }
    public required int Total { get; init; }
    public required int Done { get; init; }
    public required int Failed { get; init; }
    public required int Skipped { get; init; }
    public required string? Reason { get; init; }
    public required string By { get; init; }
    public required string Via { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset? EndedAt { get; init; }
    public required OperationSelect? Select { get; init; }

    /// <summary>The first 200, failures first.</summary>
    public IReadOnlyList<OperationItem> Items { get; init; } = [];
    public OperationPreview? Preview { get; init; }

    /// <summary>The same on the command line; null where there is no such command.</summary>
    public string? CommandLine { get; init; }
}

/// <summary>One target and what became of it.</summary>
public sealed record OperationItem(string Target, string? Href, string Status, string? Detail);

/// <summary>What an operation would do.</summary>
public sealed record OperationPreview(
    int Count,
    DateTimeOffset AsOf,
    IReadOnlyList<OperationItem> Sample,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<BodyProblem> Problems,
    IReadOnlyList<DiffLine>? Diff
);

/// <summary>Operations, the newest first.</summary>
public sealed record OperationPage(IReadOnlyList<Operation> Rows, string? Next);
