using System.Diagnostics;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Persistence;

/// <summary>An arrived message to park.</summary>
public sealed record ParkedMessage
{
    /// <summary>Where it arrived, for example <c>agent-refund</c>; a retry goes there again.</summary>
    public required string Endpoint { get; init; }

    /// <summary>One of the contracts' reason codes.</summary>
    public required string Reason { get; init; }

    /// <summary>What was wrong, for a person; never exception text from an agent.</summary>
    public required string Detail { get; init; }

    /// <summary>The message; <see cref="OutgoingMessage.Destination"/> is where a retry sends it.</summary>
    public required OutgoingMessage Message { get; init; }

    /// <summary>Attempts so far, when there were more than <see cref="Failures"/> tells.</summary>
    public int Attempts { get; init; }

    /// <summary>What failed in this delivery, the oldest first. Earlier deliveries are added from the database.</summary>
    public IReadOnlyList<FreshFailure> Failures { get; init; } = [];
}

/// <summary>An attempt of the delivery in hand that failed.</summary>
/// <param name="Number">Its number in this delivery, from 1.</param>
/// <param name="Code">One of the contracts' reason codes.</param>
/// <param name="Error">Type of the exception; null when no code of a handler failed.</param>
/// <param name="Text">For a person; at most 500 characters, none of them a control character.</param>
/// <param name="Ago">How long ago: the database turns it into a time of its own clock.</param>
public sealed record FreshFailure(int Number, string Code, string? Error, string? Text, TimeSpan Ago);

/// <summary>An attempt that failed, as it is kept. For operators: it never leaves with a message.</summary>
public sealed record FailedAttempt
{
    /// <summary>Counted over all deliveries of the message at its endpoint, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>By the database's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>One of the contracts' reason codes.</summary>
    public required string Code { get; init; }

    /// <summary>Type of the exception.</summary>
    public string? Error { get; init; }

    /// <summary>For a person; at most 500 characters.</summary>
    public string? Text { get; init; }
}

/// <summary>What has become of a dead letter.</summary>
public static class LetterState
{
    /// <summary>Waits for a person; stays until one decides.</summary>
    public const string Open = "open";

    /// <summary>Sent on its way again.</summary>
    public const string Retried = "retried";

    /// <summary>Given up, for a reason that is kept.</summary>
    public const string Discarded = "discarded";

    /// <summary>Replaced by a version with another body.</summary>
    public const string Superseded = "superseded";
}

/// <summary>A parked message.</summary>
public sealed record DeadLetter
{
    public required long Id { get; init; }

    /// <summary><c>in</c>: arrived and not handled; <c>out</c>: stored and not delivered.</summary>
    public required string Direction { get; init; }
    public required string Endpoint { get; init; }
    public required string Reason { get; init; }
    public required string Detail { get; init; }
    public required DateTimeOffset ParkedAt { get; init; }

    /// <summary>All attempts that failed, those left out of <see cref="Failures"/> among them.</summary>
    public required int Attempts { get; init; }
    public required OutgoingMessage Message { get; init; }

    /// <summary>One of <see cref="LetterState"/>.</summary>
    public required string State { get; init; }

    /// <summary>The first ten failed attempts and the last ten.</summary>
    public required IReadOnlyList<FailedAttempt> Failures { get; init; }

    /// <summary>The letter this one is a new version of, or which was retried and failed again.</summary>
    public long? Replaces { get; init; }
    public long? ReplacedBy { get; init; }

    /// <summary>When a person decided; null while it is open.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>Who decided.</summary>
    public string? SettledBy { get; init; }

    /// <summary>Why it was discarded.</summary>
    public string? SettledBecause { get; init; }

    /// <summary>When an attempt failed for the first time.</summary>
    public DateTimeOffset FirstAt => Failures.Count == 0 ? ParkedAt : Failures[0].At;

    /// <summary>When an attempt failed for the last time.</summary>
    public DateTimeOffset LastAt => Failures.Count == 0 ? ParkedAt : Failures[^1].At;

    /// <summary>The trace it belongs to; null when it carries none.</summary>
    public string? TraceId =>
        ActivityContext.TryParse(Message.Headers.GetValueOrDefault(EnvelopeHeaders.TraceParent), null, out var trace)
            ? trace.TraceId.ToHexString()
            : null;
}

/// <summary>Which dead letters; what is null does not matter.</summary>
public sealed record LetterFilter
{
    public string? Reason { get; init; }

    /// <summary>The run, for messages of one.</summary>
    public Guid? GroupId { get; init; }

    /// <summary>Contract, for example <c>step.execute.v1</c>.</summary>
    public string? MessageType { get; init; }

    /// <summary>Those a person has decided about too.</summary>
    public bool Settled { get; init; }
}

/// <summary>What came of editing a letter: the new version's id, or everything that is wrong with the new body.</summary>
public sealed record LetterEdit(long? NewId, IReadOnlyList<Problem> Problems);
