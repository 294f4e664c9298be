namespace Coordination.Workers;

/// <summary>A ballot as it stands. It tells nothing of votes before the voting is over.</summary>
public sealed record BallotInfo
{
    public required Guid BallotId { get; init; }
    public required string Tenant { get; init; }

    /// <summary>The run whose step waits for it, if one does.</summary>
    public Guid? RunId { get; init; }

    /// <summary>Name and version.</summary>
    public required string Policy { get; init; }
    public required string Tier { get; init; }
    public required string Requester { get; init; }
    public required string Question { get; init; }
    public required IReadOnlyList<string> Options { get; init; }

    /// <summary>Number of voters.</summary>
    public required int Voters { get; init; }
    public required int Round { get; init; }

    /// <summary><c>voting</c>, <c>people</c> (people are asked), <c>decided</c>, or <c>refused</c> (never opened).</summary>
    public required string Status { get; init; }

    /// <summary>How the voting ended: DECIDED or a reason code; why it was refused; null while it goes on.</summary>
    public string? Outcome { get; init; }

    /// <summary>What was decided; null: nothing may be done, or not decided yet.</summary>
    public string? Option { get; init; }

    /// <summary><c>votes</c>, <c>arbiter</c>, <c>safe-option</c>, <c>people</c> or <c>nobody</c>.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>People who have to agree; null while nobody is asked.</summary>
    public int? People { get; init; }
    public DateTimeOffset? OpenedAt { get; init; }

    /// <summary>When the phase it is in ends by itself.</summary>
    public DateTimeOffset? EndsAt { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Why it was not opened, as JSON.</summary>
    public string? Problems { get; init; }

    /// <summary>Nothing more will happen.</summary>
    public bool IsTerminal => Status is "decided" or "refused";

    /// <summary>What allows the effect of <see cref="Option"/>; null where nothing may be done.</summary>
    public DecisionToken? Token => Option is { } option && Status == "decided" ? new DecisionToken(BallotId, option) : null;
}

/// <summary>One line of a ballot's record, exactly as it was hashed.</summary>
public sealed record BallotLine(Guid BallotId, int Seq, DateTimeOffset At, string Kind, string Line, string Hash, string LastHash);
