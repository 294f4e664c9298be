namespace Coordination.Faults.Checker;

/// <summary>The outbox against inbox, dead letters and queues (I-4, I-5).</summary>
public static class Messages
{
    /// <summary>I-4: what was stored for a queue was handled by exactly one consumer or is parked. Timers may have been taken back.</summary>
    public static IEnumerable<Violation> EveryStoredMessageIsHandledOnce(Evidence evidence)
    {
        var handled = evidence.Handled.ToLookup(row => row.MessageId);
        var parked = evidence.Parked.Select(row => row.MessageId).ToHashSet();
        foreach (var message in evidence.Stored.Where(message => message.Mandatory).DistinctBy(message => message.MessageId))
        {
            var count = handled[message.MessageId].Count();
            if (count > 1)
            {
                yield return new Violation("I-4", $"message {message.MessageId} for {message.Endpoint} was handled {count} times");
            }
            else if (count == 0 && !message.Timer && !parked.Contains(message.MessageId) && !WentWithItsQueue(evidence, message))
            {
                yield return new Violation(
                    "I-4",
                    $"message {message.MessageId} for {message.Endpoint}, stored {message.At:HH:mm:ss.fff}, was lost"
                );
            }
        }

        foreach (var twice in evidence.Stored.GroupBy(message => message.MessageId).Where(rows => rows.Count() > 1))
        {
            yield return new Violation("I-4", $"message {twice.Key} was stored {twice.Count()} times");
        }
    }

    /// <summary>I-4 at rest: no row waits, no queue holds anything, and nothing is parked that was not made to be.</summary>
    public static IEnumerable<Violation> NothingIsLeftOver(Evidence evidence)
    {
        if (evidence.Pending > 0)
        {
            yield return new Violation("I-4", $"{evidence.Pending} messages are still in the outbox");
        }

        foreach (var queue in evidence.Queues.Where(queue => queue.Messages > 0))
        {
            yield return new Violation("I-4", $"queue {queue.Name} holds {queue.Messages} messages");
        }

        // Nothing of these workloads is made to be parked: poison fails its own run and no message.
        foreach (var parked in evidence.Parked)
        {
            yield return new Violation(
                "I-4",
                $"message {parked.MessageId} ({parked.Direction}, {parked.Endpoint}) is parked: {parked.Reason}, {parked.Detail}"
            );
        }
    }

    /// <summary>I-5: what was handled had been stored by somebody.</summary>
    public static IEnumerable<Violation> NothingIsHandledThatNobodySent(Evidence evidence)
    {
        var stored = evidence.Stored.Select(message => message.MessageId).ToHashSet();
        return evidence
            .Handled.Where(row => !stored.Contains(row.MessageId))
            .Select(row => new Violation("I-5", $"message {row.MessageId} was handled and nobody had sent it"));
    }

    /// <summary>Messages that were in a queue when somebody deleted it, for the report; their steps are tried again when their time is up.</summary>
    public static int CountGoneWithTheirQueue(Evidence evidence)
    {
        var handled = evidence.Handled.Select(row => row.MessageId).ToHashSet();
        return evidence.Stored.Count(message =>
            message is { Mandatory: true, Timer: false } && !handled.Contains(message.MessageId) && WentWithItsQueue(evidence, message)
        );
    }

    private static bool WentWithItsQueue(Evidence evidence, StoredMessage message) =>
        evidence.Faults.Any(fault =>
            fault.Class == FaultClass.QueueDeleted && fault.Target == message.Endpoint && message.At <= fault.Until.AddSeconds(1)
        );
}
