using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>One line of the audit: who did, tried or read what, why, and what came of it.</summary>
/// <param name="Viewer">Who.</param>
/// <param name="Kind">An operation's kind, or <c>payload.read</c>.</param>
/// <param name="Target">What it was about, in words.</param>
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
)
{
    /// <summary>What it was before and is after.</summary>
    public JsonElement? Before { get; init; }
    public JsonElement? After { get; init; }
    public Guid? OperationId { get; init; }
}
