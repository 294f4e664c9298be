namespace Coordination.Monitor;

/// <summary>How messages move.</summary>
/// <param name="At">When it was read.</param>
/// <param name="Outbox">What is stored and not delivered.</param>
/// <param name="Endpoints">Where to.</param>
/// <param name="Queues">What waits in the broker; null: it is not asked, or does not answer.</param>
/// <param name="BrokerNote">Which of the two.</param>
/// <param name="Hosts">What moves them.</param>
public sealed record FlowView(
    DateTimeOffset At,
    OutboxFlow Outbox,
    IReadOnlyList<EndpointFlow> Endpoints,
    IReadOnlyList<QueueFlow>? Queues,
    string? BrokerNote,
    IReadOnlyList<HostFlow> Hosts
);

/// <summary>The outbox. Figures are counted up to 10,000 rows; beyond they are the database's estimates.</summary>
/// <param name="Waiting">Messages that have not left.</param>
/// <param name="Late">Those that should have left a minute ago.</param>
/// <param name="OldestDueAt">When the first of those due was due.</param>
/// <param name="Blocked">Those that were refused and are tried again.</param>
/// <param name="Timers">Timers that have not fired.</param>
/// <param name="NextTimerAt">When the next one fires.</param>
public sealed record OutboxFlow(long Waiting, int Late, DateTimeOffset? OldestDueAt, int Blocked, long Timers, DateTimeOffset? NextTimerAt);

/// <summary>Messages to an endpoint, of the 10,000 rows that are due first.</summary>
/// <param name="Endpoint">A queue or an event's exchange.</param>
/// <param name="Waiting">Messages that have not left.</param>
/// <param name="Late">Those that should have left a minute ago.</param>
/// <param name="OldestAt">When the first was due.</param>
/// <param name="DeadLetters">Open ones.</param>
/// <param name="LastError">Why the last one was refused.</param>
public sealed record EndpointFlow(string Endpoint, int Waiting, int Late, DateTimeOffset? OldestAt, int DeadLetters, string? LastError);

/// <summary>A queue of the broker.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Ready">Messages nobody has taken.</param>
/// <param name="Consumers">Who takes them.</param>
public sealed record QueueFlow(string Queue, int Ready, int Consumers);

/// <summary>Something that moves messages.</summary>
/// <param name="Name">What.</param>
/// <param name="State"><c>ok</c>, <c>late</c> or <c>unknown</c>.</param>
/// <param name="Detail">Why.</param>
public sealed record HostFlow(string Name, string State, string? Detail);
