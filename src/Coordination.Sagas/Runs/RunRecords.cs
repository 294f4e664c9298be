namespace Coordination.Sagas.Runs;

/// <summary>The unfinished run of a requester and business scope.</summary>
public sealed class RunScopeRecord
{
    public required string Tenant { get; set; }
    public required string Requester { get; set; }
    public required string Scope { get; set; }
    public Guid RunId { get; set; }
}

/// <summary>A submission that became part of another run.</summary>
public sealed class RunJoinRecord
{
    public Guid RunId { get; set; }
    public Guid JoinedRunId { get; set; }
    public DateTimeOffset At { get; set; }
}

/// <summary>A submission that was refused.</summary>
public sealed class RunRejectionRecord
{
    public Guid MessageId { get; set; }
    public Guid RunId { get; set; }
    public required string Tenant { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Reason { get; set; }

    /// <summary>Every problem, as a JSON array.</summary>
    public required string Problems { get; set; }
}

/// <summary>One line of a run's history. Never changed; removed only after the run has ended.</summary>
public sealed class RunHistoryRecord
{
    public Guid RunId { get; set; }
    public int Seq { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Type { get; set; }
    public string? StepId { get; set; }
    public int? Attempt { get; set; }

    /// <summary>The message that made it happen.</summary>
    public Guid MessageId { get; set; }

    /// <summary>What had caused that message.</summary>
    public Guid? CausationId { get; set; }

    /// <summary>Particulars as a JSON object of texts.</summary>
    public string? Data { get; set; }
}

/// <summary>An agent type that has announced itself at least once.</summary>
public sealed class AgentTypeRecord
{
    public required string AgentType { get; set; }
    public DateTimeOffset FirstSeenAt { get; set; }
}

/// <summary>One process that hosts an agent type, as of its last announcement.</summary>
public sealed class AgentInstanceRecord
{
    public required string AgentType { get; set; }
    public required string Instance { get; set; }
    public required string Build { get; set; }

    /// <summary>Contracts it understands, as a JSON array.</summary>
    public required string Contracts { get; set; }
    public bool Compensates { get; set; }
    public DateTimeOffset LastSeenAt { get; set; }
}
