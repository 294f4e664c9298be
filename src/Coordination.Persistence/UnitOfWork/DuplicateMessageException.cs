namespace Coordination.Persistence;

/// <summary>The inbox knows the message: it was handled before, and nothing of it may happen again.</summary>
public sealed class DuplicateMessageException(InboxKey key) : Exception($"Message {key.MessageId} was handled before.");
