using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Open letters, what failed alike in one row.</summary>
public sealed record LetterGroups(IReadOnlyList<LetterGroup> Rows, int Open);

/// <summary>Open letters that failed alike.</summary>
/// <param name="Fingerprint">Names the group.</param>
/// <param name="Title">For a person.</param>
/// <param name="Reason">A reason code.</param>
/// <param name="Error">Type of the exception; null when no handler failed.</param>
/// <param name="MessageType">A contract, or what a stranger called it.</param>
/// <param name="Endpoint">Where.</param>
/// <param name="Direction"><c>in</c>: arrived and not handled; <c>out</c>: stored and not delivered.</param>
/// <param name="Count">How many are open.</param>
/// <param name="FirstAt">When the first of them was parked.</param>
/// <param name="LastAt">When the last of them was parked.</param>
/// <param name="Spark">Counts of the last 24 hours, oldest first.</param>
/// <param name="Growing">More in the last hour than before.</param>
/// <param name="Repeats">Retried before, or edited, and here again.</param>
public sealed record LetterGroup(
    string Fingerprint,
    string Title,
    string Reason,
    string? Error,
    string MessageType,
    string Endpoint,
    string Direction,
    int Count,
    DateTimeOffset FirstAt,
    DateTimeOffset LastAt,
    IReadOnlyList<int> Spark,
    bool Growing,
    int Repeats
);

/// <summary>A page of letters.</summary>
public sealed record LetterPage(IReadOnlyList<LetterRow> Rows, string? Next);

/// <summary>A parked message, without what it says.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Direction"><c>in</c> or <c>out</c>.</param>
/// <param name="Endpoint">Where.</param>
/// <param name="Reason">A reason code.</param>
/// <param name="Detail">What was wrong.</param>
/// <param name="Error">Type of the exception.</param>
/// <param name="ParkedAt">When.</param>
/// <param name="Attempts">That failed.</param>
/// <param name="MessageType">A contract, or what a stranger called it.</param>
/// <param name="MessageId">Of the message.</param>
/// <param name="RunId">Of a run's message.</param>
/// <param name="State"><c>open</c>, <c>retried</c>, <c>discarded</c> or <c>superseded</c>.</param>
/// <param name="Fingerprint">Of its group.</param>
/// <param name="Replaces">The letter it is a version of, or a retry of which failed again.</param>
/// <param name="ReplacedBy">The letter that came of it.</param>
/// <param name="SettledAt">When a person decided.</param>
/// <param name="SettledBy">Who.</param>
/// <param name="SettledBecause">Why.</param>
public sealed record LetterRow(
    long Id,
    string Direction,
    string Endpoint,
    string Reason,
    string Detail,
    string? Error,
    DateTimeOffset ParkedAt,
    int Attempts,
    string MessageType,
    Guid MessageId,
    Guid? RunId,
    string State,
    string Fingerprint,
    long? Replaces,
    long? ReplacedBy,
    DateTimeOffset? SettledAt,
    string? SettledBy,
    string? SettledBecause
);

/// <summary>Everything that may be shown of a parked message.</summary>
/// <param name="Letter">Its row.</param>
/// <param name="Failures">The first ten failed attempts and the last ten.</param>
/// <param name="Headers">Without secrets.</param>
/// <param name="Body">The text, or <c>base64:</c> and what is no text; null without the right to see it.</param>
/// <param name="BodyHidden">The viewer may not see it.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Contract">The contract its body is checked against when it is edited; null: none that is known.</param>
/// <param name="TraceId">The trace it belongs to.</param>
/// <param name="History">It and all it replaces or that replaced it, the oldest first.</param>
/// <param name="Actions">What the viewer may do.</param>
public sealed record LetterDetail(
    LetterRow Letter,
    IReadOnlyList<FailedAttempt> Failures,
    IReadOnlyDictionary<string, string> Headers,
    string? Body,
    bool BodyHidden,
    int Bytes,
    string? Contract,
    string? TraceId,
    IReadOnlyList<LetterRow> History,
    IReadOnlyList<ActionOffer> Actions
);
