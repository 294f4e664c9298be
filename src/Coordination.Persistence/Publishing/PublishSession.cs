using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Coordination.Persistence;

/// <summary>One channel: what is under way on it.</summary>
internal sealed class PublishSession
{
    private readonly Lock gate = new();
    private readonly Queue<(ulong Sequence, Publishing Publishing)> unconfirmed = new();
    private ulong sequence;
    private bool ended;

    public PublishSession(IChannel channel)
    {
        channel.BasicAcksAsync += (_, e) => Answered(e.DeliveryTag, e.Multiple, refusal: null);
        channel.BasicNacksAsync += (_, e) => Answered(e.DeliveryTag, e.Multiple, "The broker refused the message; its queue may be full.");
        channel.BasicReturnAsync += (_, e) => Returned(e);
    }

    public bool IsBlocked { get; private set; }

    public Task Blocked(bool blocked)
    {
        IsBlocked = blocked;
        return Task.CompletedTask;
    }

    public void Register(Publishing publishing)
    {
        lock (gate)
        {
            unconfirmed.Enqueue((++sequence, publishing));
        }
    }

    /// <summary>Waits until nothing is under way.</summary>
    public async Task EmptyAsync(TimeSpan atMost, TimeProvider clock, CancellationToken over)
    {
        Task[] under;
        lock (gate)
        {
            under = [.. unconfirmed.Select(entry => entry.Publishing.Done)];
        }

        await Task.WhenAll(under).WaitAsync(atMost, clock, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        over.ThrowIfCancellationRequested();
    }

    /// <summary>Nothing is answered any more; returns what was under way.</summary>
    public List<Publishing> End()
    {
        lock (gate)
        {
            ended = true;
            List<Publishing> left = [.. unconfirmed.Select(entry => entry.Publishing).Where(publishing => !publishing.IsAnswered)];
            unconfirmed.Clear();
            return left;
        }
    }

    private Task Answered(ulong tag, bool multiple, string? refusal)
    {
        Failpoint.Hit(Failpoints.Published);
        var answered = new List<Publishing>();
        lock (gate)
        {
            if (ended)
            {
                return Task.CompletedTask;
            }

            if (multiple)
            {
                while (unconfirmed.TryPeek(out var head) && head.Sequence <= tag)
                {
                    answered.Add(unconfirmed.Dequeue().Publishing);
                }
            }
            else
            {
                // Often out of order: queues of several leaders answer each at its own pace.
                foreach (var entry in unconfirmed)
                {
                    if (entry.Sequence == tag)
                    {
                        entry.Publishing.IsTaken = true;
                        answered.Add(entry.Publishing);
                        break;
                    }
                }
            }

            while (unconfirmed.TryPeek(out var done) && done.Publishing.IsTaken)
            {
                unconfirmed.Dequeue();
            }
        }

        foreach (var publishing in answered)
        {
            publishing.Answer(refusal);
        }

        return Task.CompletedTask;
    }

    /// <summary>A return comes before the confirm of the same message.</summary>
    private Task Returned(BasicReturnEventArgs returned)
    {
        lock (gate)
        {
            foreach (var entry in unconfirmed)
            {
                if (
                    !entry.Publishing.IsAnswered
                    && string.Equals(
                        entry.Publishing.Message.MessageId.ToString(),
                        returned.BasicProperties.MessageId,
                        StringComparison.Ordinal
                    )
                )
                {
                    entry.Publishing.Refusal = $"No queue is bound to exchange {returned.Exchange}.";
                    break;
                }
            }
        }

        return Task.CompletedTask;
    }
}

/// <summary>A message on its way, until the broker has answered.</summary>
internal sealed class Publishing(string exchange, OutgoingMessage message)
{
    private readonly TaskCompletionSource done = new();

    public string Exchange { get; } = exchange;

    public OutgoingMessage Message { get; } = message;

    public Task Done => done.Task;

    public bool IsAnswered => done.Task.IsCompleted;

    /// <summary>Its own answer has come; it only waits for those before it to leave the queue.</summary>
    public bool IsTaken { get; set; }

    public string? Refusal { get; set; }

    public void Answer(string? refusal)
    {
        if ((Refusal ?? refusal) is { } reason)
        {
            done.TrySetException(new UndeliverableException(reason));
        }
        else
        {
            done.TrySetResult();
        }
    }

    public void Fail(Exception error) => done.TrySetException(error);
}
