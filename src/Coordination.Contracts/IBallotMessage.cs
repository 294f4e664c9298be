namespace Coordination.Contracts;

/// <summary>A message that belongs to one ballot.</summary>
public interface IBallotMessage
{
    /// <summary>The ballot; chosen by whoever opens it and its idempotency key.</summary>
    Guid BallotId { get; }
}
