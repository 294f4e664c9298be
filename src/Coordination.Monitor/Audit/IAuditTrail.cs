namespace Coordination.Monitor;

/// <summary>Keeps who did or read what. What it is told cannot be changed or removed.</summary>
internal interface IAuditTrail
{
    Task WriteAsync(AuditEntry entry, CancellationToken ct);
}

/// <summary>One line of the audit.</summary>
/// <param name="Viewer">Who.</param>
/// <param name="Kind">An operation's kind, or <c>payload.read</c>.</param>
/// <param name="Target">What it was done to, for example <c>dead-letter/17</c>.</param>
/// <param name="RunId">The run it belongs to.</param>
/// <param name="Outcome"><c>done</c>, <c>refused</c>, <c>forbidden</c> or <c>failed</c>.</param>
/// <param name="Reason">Why, in the person's words.</param>
/// <param name="Detail">What came of it.</param>
internal sealed record AuditEntry(
    Viewer Viewer,
    string Kind,
    string Target,
    Guid? RunId,
    string Outcome,
    string? Reason = null,
    string? Detail = null
);
