namespace Coordination.Persistence;

/// <summary>
/// Something was asked of a unit of work whose message was handled before. Call <see cref="IUnitOfWork.BeginAsync"/> first and, when it returns
/// false, only <see cref="IUnitOfWork.CommitAsync"/>.
/// </summary>
public sealed class DuplicateMessageException(InboxKey key)
    : Exception($"Message {key.MessageId} was handled before by consumer {key.ConsumerId}; nothing may be done but commit.")
{
    public InboxKey Key { get; } = key;
}
