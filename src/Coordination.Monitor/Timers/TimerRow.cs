namespace Coordination.Monitor;

/// <summary>A page of timers.</summary>
public sealed record TimerPage(IReadOnlyList<TimerRow> Rows, string? Next);

/// <summary>A timer that has not fired.</summary>
/// <param name="Token">Its handle.</param>
/// <param name="DueAt">When it fires.</param>
/// <param name="MessageType">What it sends then.</param>
/// <param name="Destination">Where to.</param>
/// <param name="What">What it is for, in words.</param>
/// <param name="RunId">The run it belongs to, through its ballot as well.</param>
/// <param name="RunName">Its name.</param>
/// <param name="Attempts">Times its message was refused.</param>
/// <param name="LastError">Why, the last time.</param>
public sealed record TimerRow(
    Guid Token,
    DateTimeOffset DueAt,
    string MessageType,
    string Destination,
    string What,
    Guid? RunId,
    string? RunName,
    int Attempts,
    string? LastError
);
