namespace Coordination.Workers;

/// <summary>What may be said about a submission besides its plan.</summary>
public sealed record SubmitOptions
{
    /// <summary>The run's identity and idempotency key; absent: a new one. Submitting the same id again joins the existing run.</summary>
    public Guid? RunId { get; init; }

    /// <summary>Who asks. 1 to 200 characters; absent: the name of this program.</summary>
    public string? Requester { get; init; }

    /// <summary>What the run is about, for example <c>ticket/4711</c>: one unfinished run per requester and scope.</summary>
    public string? BusinessScope { get; init; }

    /// <summary>Whose work it is; absent: <c>default</c>.</summary>
    public string? Tenant { get; init; }

    /// <summary>After this moment the submission is not accepted any more.</summary>
    public DateTimeOffset? Deadline { get; init; }
}
