using System.Text.Json;

namespace Coordination.Workers;

/// <summary>A run as the database shows it.</summary>
public sealed record RunInfo
{
    public required Guid RunId { get; init; }

    /// <summary>
    /// <c>pending</c> (submitted, not accepted yet), <c>running</c>, <c>compensating</c>, ... or terminal: <c>completed</c>, <c>partial</c>, <c>failed</c>,
    /// <c>cancelled</c>, <c>expired</c>, <c>rejected</c>.
    /// </summary>
    public required string Status { get; init; }

    /// <summary>Reason code of a status that is not plain success.</summary>
    public string? Reason { get; init; }

    /// <summary>For a rejected submission every problem found, as JSON.</summary>
    public JsonElement? Problems { get; init; }

    /// <summary>The step whose failure ended the run; null when none did.</summary>
    public string? FailedStep { get; init; }

    /// <summary>Steps that were undone, in the order of their undoing.</summary>
    public IReadOnlyList<string> Compensated { get; init; } = [];

    /// <summary>Outputs of the steps nothing depends on, by step id; empty until the run is terminal.</summary>
    public IReadOnlyDictionary<string, JsonElement> Outputs { get; init; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>Nothing will happen to the run any more.</summary>
    public bool IsTerminal => Status is "completed" or "partial" or "failed" or "cancelled" or "expired" or "rejected";
}
