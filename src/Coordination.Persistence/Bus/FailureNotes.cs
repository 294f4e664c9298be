using Coordination.Contracts;
using MassTransit;

namespace Coordination.Persistence;

/// <summary>
/// The attempts of the delivery in hand that failed, in memory: a message that succeeds at last leaves nothing, one that succeeds at first has not even this.
/// Bounded like the list they end in. Not thread safe but for consumers of one message, which fail one after another or together.
/// </summary>
internal sealed class FailureNotes(TimeProvider clock)
{
    public const int MostText = 500;

    private readonly List<(int Number, Exception Exception, long At)> notes = [];
    private int count;

    /// <summary>Notes what an attempt threw. Always false, so that it can stand in an exception filter and unwind nothing.</summary>
    public static bool Note(ReceiveContext context, Exception exception, Func<TimeProvider> clock)
    {
        // The process ends: no failure of the message.
        if (!(exception is OperationCanceledException && context.CancellationToken.IsCancellationRequested))
        {
            context.GetOrAddPayload(() => new FailureNotes(clock())).Add(exception);
        }

        return false;
    }

    public void Add(Exception exception)
    {
        lock (notes)
        {
            if (notes.Count == AttemptList.Most)
            {
                notes.RemoveAt(AttemptList.First);
            }

            notes.Add((++count, exception, clock.GetTimestamp()));
        }
    }

    /// <summary>What was noted, the oldest first.</summary>
    /// <param name="keepText">With what handlers' exceptions say, otherwise only their types.</param>
    public IReadOnlyList<FreshFailure> Read(bool keepText)
    {
        lock (notes)
        {
            return [.. notes.Select(note => Failure(note.Number, note.Exception, clock.GetElapsedTime(note.At), keepText))];
        }
    }

    internal static FreshFailure Failure(int number, Exception exception, TimeSpan ago, bool keepText)
    {
        var cause = exception.GetBaseException();
        return cause is MessageRefusedException refused
            ? new FreshFailure(number, refused.Reason, null, Printable(refused.Detail), ago)
            : new FreshFailure(number, Code(exception), cause.GetType().Name, keepText ? Printable(cause.Message) : null, ago);
    }

    /// <summary>Text of strangers for a terminal or a browser: one line, bounded.</summary>
    internal static string Printable(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= MostText ? line : line[..(char.IsHighSurrogate(line[MostText - 1]) ? MostText - 1 : MostText)];
    }

    private static string Code(Exception exception) =>
        Faults.IsConflict(exception) ? ReasonCode.VersionConflict
        : Faults.IsDatabaseAway(exception) ? ReasonCode.Degraded
        : ReasonCode.NonRetryable;
}
