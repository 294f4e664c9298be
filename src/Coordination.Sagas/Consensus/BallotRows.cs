namespace Coordination.Sagas.Consensus;

/// <summary>One line of a ballot's record. Never changed.</summary>
public sealed class BallotRecordRow
{
    public Guid BallotId { get; set; }

    /// <summary>From 1, without gaps.</summary>
    public int Seq { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Kind { get; set; }

    /// <summary><see cref="BallotRecord"/> as JSON, exactly as it was hashed.</summary>
    public required string Line { get; set; }

    /// <summary>SHA-256 of the hash before and the line.</summary>
    public required string Hash { get; set; }
}

/// <summary>The one decision of a ballot, for those who act on it. Never changed.</summary>
public sealed class BallotDecisionRow
{
    public Guid BallotId { get; set; }
    public required string Tenant { get; set; }
    public required string Outcome { get; set; }

    /// <summary>Null: nothing may be done.</summary>
    public string? Option { get; set; }

    /// <summary>SHA-256 of the canonical JSON of the option's arguments; null where the ballot named none.</summary>
    public byte[]? ArgumentsHash { get; set; }
    public required string Tier { get; set; }
    public required string DecidedBy { get; set; }
    public DateTimeOffset DecidedAt { get; set; }

    /// <summary>The policy's name, without its version.</summary>
    public required string Policy { get; set; }

    /// <summary>The run whose step it was asked for, and which alone may act on it.</summary>
    public Guid? RunId { get; set; }

    /// <summary>That step.</summary>
    public string? StepId { get; set; }
}

/// <summary>A ballot that was not opened, or not again with another content.</summary>
public sealed class BallotRejectionRow
{
    public Guid MessageId { get; set; }
    public Guid BallotId { get; set; }
    public required string Tenant { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Reason { get; set; }

    /// <summary>Every problem, as a JSON array.</summary>
    public required string Problems { get; set; }
}

/// <summary>How a voter has done in a domain.</summary>
public sealed class VoterCompetenceRow
{
    public required string Tenant { get; set; }
    public required string Voter { get; set; }
    public required string Domain { get; set; }
    public int Judged { get; set; }
    public int Correct { get; set; }
    public double SquaredError { get; set; }
}
