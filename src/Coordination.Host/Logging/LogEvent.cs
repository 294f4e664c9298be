namespace Coordination.Host.Logging;

/// <summary>One event of the log.</summary>
internal sealed record LogEvent
{
    public required DateTimeOffset At { get; init; }
    public required LogLevel Level { get; init; }
    public required string Category { get; init; }
    public required string Message { get; init; }
    public Exception? Exception { get; init; }

    /// <summary>The named values of the message.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Values { get; init; } = [];

    /// <summary>Leads from the line to the trace.</summary>
    public string? TraceId { get; init; }
}
