namespace Coordination.Monitor;

/// <summary>One operation: something a person asked to be done to one target or to many.</summary>
public sealed class OperationRecord
{
    /// <summary>The idempotency key it was asked with.</summary>
    public Guid Id { get; set; }
    public required string Kind { get; set; }

    /// <summary><c>running</c>, <c>suspended</c>, <c>done</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public required string Status { get; set; }
    public required string Actor { get; set; }
    public required string Via { get; set; }
    public string? Reason { get; set; }

    /// <summary>What was asked, as JSON, without bodies.</summary>
    public required string Request { get; set; }

    /// <summary>SHA-256 of the whole request, hex: the same key with another request is refused.</summary>
    public required string RequestHash { get; set; }
    public int Total { get; set; }
    public int Done { get; set; }
    public int Failed { get; set; }
    public int Skipped { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The process that carries it out, until <see cref="LeaseUntil"/>.</summary>
    public string? Owner { get; set; }
    public DateTimeOffset? LeaseUntil { get; set; }
}

/// <summary>One target of an operation and what became of it.</summary>
public sealed class OperationItemRecord
{
    public Guid OperationId { get; set; }

    /// <summary>From 0, in the order in which they are done.</summary>
    public int Position { get; set; }

    /// <summary>The target as JSON.</summary>
    public required string Target { get; set; }

    /// <summary><c>waiting</c>, <c>done</c>, <c>failed</c> or <c>skipped</c>.</summary>
    public required string Status { get; set; }
    public string? Detail { get; set; }
    public DateTimeOffset? At { get; set; }
}

/// <summary>What somebody has answered.</summary>
public sealed class AnswerRecord
{
    /// <summary>What was asked, each time that it is.</summary>
    public required string Subject { get; set; }
    public required string Actor { get; set; }
    public DateTimeOffset At { get; set; }
}

/// <summary>One line of the audit. Never changed, never removed.</summary>
public sealed class AuditRecord
{
    public long Id { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Actor { get; set; }

    /// <summary><c>ui</c>, <c>api</c> or <c>cli</c>.</summary>
    public required string Via { get; set; }

    /// <summary>An operation's kind, or <c>payload.read</c>.</summary>
    public required string Kind { get; set; }
    public required string Target { get; set; }
    public Guid? RunId { get; set; }
    public string? Reason { get; set; }

    /// <summary><c>done</c>, <c>refused</c>, <c>forbidden</c> or <c>failed</c>.</summary>
    public required string Outcome { get; set; }
    public string? Detail { get; set; }

    /// <summary>What it was before and is after, as JSON.</summary>
    public string? Before { get; set; }
    public string? After { get; set; }
    public Guid? OperationId { get; set; }

    /// <summary>The address the request came from.</summary>
    public string? FromAddress { get; set; }
}
