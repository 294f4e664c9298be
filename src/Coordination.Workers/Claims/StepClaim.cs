using Coordination.Contracts;

namespace Coordination.Workers;

/// <summary>An attempt this process has the right to carry out, until the lease ends or a later epoch begins.</summary>
internal sealed record StepClaim
{
    public required Guid Id { get; init; }

    /// <summary>Rises with every change of hands; every write of the attempt names it.</summary>
    public required long Epoch { get; init; }

    public required StepWork Work { get; init; }

    /// <summary>Of the message that asked for it.</summary>
    public required Envelope Envelope { get; init; }

    /// <summary>Times a worker vanished while it held the claim.</summary>
    public int Crashes { get; init; }

    /// <summary>It may be what ended its owners: nothing else of its kind runs beside it. See <see cref="Suspects"/>.</summary>
    public bool Alone { get; init; }

    /// <summary>The attempt was asked to stop before this process took it over.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>The database clock when it was claimed.</summary>
    public required DateTimeOffset ClaimedAt { get; init; }

    /// <summary>Monotonic time just before the claim was asked for: the lease is at least that old.</summary>
    public required long AskedAt { get; init; }
}

/// <summary>What a renewal says about one claim that is still ours.</summary>
internal readonly record struct RenewedClaim(Guid Id, long Epoch, bool CancelRequested);

/// <summary>A claim as a message about it finds it.</summary>
internal sealed record ClaimState(Guid Id, bool Open, string? Owner, long Epoch, bool Available);
