using System.Text.Json;
using MassTransit;

namespace Coordination.Sagas.Consensus;

/// <summary>A ballot's row: what may be read while votes are sealed in columns of its own, the rest as JSON.</summary>
public sealed class BallotSaga : SagaStateMachineInstance
{
    /// <summary>The ballot's id.</summary>
    public Guid CorrelationId { get; set; }
    public int Version { get; set; }

    /// <summary>A <see cref="BallotStatus"/>, the name of the state machine's state.</summary>
    public string Status { get; set; } = "";
    public string Tenant { get; set; } = "";

    /// <summary>Name and version.</summary>
    public string Policy { get; set; } = "";
    public string Tier { get; set; } = "";
    public string Requester { get; set; } = "";
    public string Question { get; set; } = "";

    /// <summary>Names, as a JSON array.</summary>
    public string Options { get; set; } = "[]";
    public int Voters { get; set; }
    public int Round { get; set; }
    public DateTimeOffset OpenedAt { get; set; }

    /// <summary>When the phase it is in ends by itself.</summary>
    public DateTimeOffset? EndsAt { get; set; }

    /// <summary>How the voting ended; null while it goes on.</summary>
    public string? Outcome { get; set; }
    public string? Option { get; set; }
    public string? DecidedBy { get; set; }
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>People who have to agree; null while nobody is asked.</summary>
    public int? People { get; set; }

    /// <summary><see cref="BallotOpening"/>, never changed.</summary>
    public string Opening { get; set; } = "";

    /// <summary><see cref="BallotState"/> without its opening. Holds the sealed votes: no view shows it.</summary>
    public string Progress { get; set; } = "";

    /// <summary>Hash of the record's last line.</summary>
    public string RecordHash { get; set; } = "";

    /// <summary>The run it belongs to, if it does.</summary>
    public Guid? RunId { get; set; }
    public Guid TransactionId { get; set; }

    /// <summary>Hops the opening message had left.</summary>
    public int Hops { get; set; }

    /// <summary>W3C trace parent of the opening message.</summary>
    public string? TraceParent { get; set; }

    /// <summary>The opening was refused: there is nothing to store.</summary>
    internal bool IsNothing { get; set; }

    internal BallotState Load() =>
        JsonSerializer.Deserialize(Progress, BallotJson.Default.BallotState)! with
        {
            Opening = JsonSerializer.Deserialize(Opening, BallotJson.Default.BallotOpening)!,
        };

    internal void Store(BallotState state)
    {
        if (Opening.Length == 0)
        {
            var opening = state.Opening;
            Opening = JsonSerializer.Serialize(opening, BallotJson.Default.BallotOpening);
            Policy = opening.Policy.Id;
            Tier = opening.Policy.Tier.ToString();
            Requester = opening.Requester;
            Question = opening.Question;
            Options = JsonSerializer.Serialize([.. opening.Options.Select(o => o.Name)], BallotJson.Default.StringArray);
            Voters = opening.Seats.Length;
            OpenedAt = opening.OpenedAt;
        }
        Status = state.Status.ToString();
        Round = state.Round;
        EndsAt = state.EndsAt;
        Outcome = state.Status == BallotStatus.Voting ? null : state.Outcome;
        Option = state.Option;
        DecidedBy = state.DecidedBy;
        DecidedAt = state.DecidedAt;
        People = state.Status == BallotStatus.People ? state.Opening.Policy.People : People;
        RecordHash = state.RecordHash;
        Progress = JsonSerializer.Serialize(state, BallotJson.Default.BallotState);
    }
}
