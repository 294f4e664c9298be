namespace Coordination.Persistence;

/// <summary>
/// Thrown by a handler that cannot take a message for a reason it can name: nothing of it is committed, and the message is parked under that reason
/// instead of as a failure of the handler.
/// </summary>
/// <param name="reason">One of the contracts' reason codes.</param>
/// <param name="detail">What was wrong, for a person to read.</param>
public sealed class MessageRefusedException(string reason, string detail) : Exception($"{reason}: {detail}")
{
    public string Reason { get; } = reason;

    public string Detail { get; } = detail;
}
