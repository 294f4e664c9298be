namespace Coordination.Monitor;

/// <summary>Agent types.</summary>
public sealed record AgentList(IReadOnlyList<AgentTypeView> Rows);

/// <summary>An agent type with the processes it runs in and the work it has.</summary>
/// <param name="AgentType">Its name.</param>
/// <param name="Alive">Instances heard of within three announcements.</param>
/// <param name="Instances">Those heard of within a day.</param>
/// <param name="Builds">Of those alive, or of all where none is.</param>
/// <param name="Skew">Those alive run different builds or know different contracts.</param>
/// <param name="Contracts">All that instances know.</param>
/// <param name="Compensates">It can undo.</param>
/// <param name="Waiting">Attempts nobody carries out: on their way, in the broker's queue where that is known, or taken by nobody.</param>
/// <param name="Working">Attempts somebody carries out.</param>
/// <param name="OldestWaitAt">Since when the first of those waits, as far as it has left no queue unseen.</param>
/// <param name="LastSeenAt">When an instance was last heard of; null: never, or longer ago than a day.</param>
public sealed record AgentTypeView(
    string AgentType,
    int Alive,
    IReadOnlyList<AgentInstance> Instances,
    IReadOnlyList<string> Builds,
    bool Skew,
    IReadOnlyList<string> Contracts,
    bool Compensates,
    int Waiting,
    int Working,
    DateTimeOffset? OldestWaitAt,
    DateTimeOffset? LastSeenAt
);

/// <summary>A process that has announced an agent type.</summary>
public sealed record AgentInstance(
    string Instance,
    string Build,
    IReadOnlyList<string> Contracts,
    bool Compensates,
    DateTimeOffset LastSeenAt,
    bool Alive,
    int Working
);
