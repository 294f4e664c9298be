namespace Coordination.Persistence;

/// <summary>An acknowledgement to send: one delivery, or it and all before it that are still open.</summary>
internal readonly record struct Ack(ulong Tag, bool AndAllBefore);

/// <summary>
/// The deliveries of one channel and which of them are done. One acknowledgement settles everything up to the first delivery that is not done; what is
/// done behind one that takes long is settled singly once it is so much that the broker would soon send no more. Not thread safe.
/// </summary>
/// <param name="patience">Deliveries that may wait behind one that takes long, at least 1; half of what the broker sends ahead is sensible.</param>
internal sealed class AckWindow(int patience)
{
    private readonly Queue<Delivered> open = new();
    private readonly Dictionary<ulong, Delivered> byTag = [];
    private ulong? ready;
    private int doneBehind;

    /// <summary>Deliveries not settled with the broker.</summary>
    public int Count => byTag.Count;

    /// <summary>A delivery has arrived. Tags rise by one on a channel.</summary>
    public void Arrived(ulong tag)
    {
        var delivered = new Delivered(tag);
        open.Enqueue(delivered);
        byTag.Add(tag, delivered);
    }

    /// <summary>A delivery is done and may be acknowledged.</summary>
    public void Done(ulong tag)
    {
        if (byTag.TryGetValue(tag, out var delivered) && delivered.State == State.Open)
        {
            delivered.State = State.Done;
            doneBehind++;
            Advance();
        }
    }

    /// <summary>A delivery was given back to the broker, which will deliver it again.</summary>
    public void Returned(ulong tag)
    {
        if (byTag.TryGetValue(tag, out var delivered) && delivered.State == State.Open)
        {
            delivered.State = State.Settled;
            byTag.Remove(tag);
            Advance();
        }
    }

    /// <summary>What can be acknowledged now, in order of tags; it counts as acknowledged from here on.</summary>
    public IReadOnlyList<Ack> Take()
    {
        var acks = new List<Ack>(1);
        if (ready is { } upTo)
        {
            acks.Add(new Ack(upTo, AndAllBefore: true));
            ready = null;
        }

        if (doneBehind >= patience)
        {
            foreach (var delivered in open.Where(delivered => delivered.State == State.Done))
            {
                acks.Add(new Ack(delivered.Tag, AndAllBefore: false));
                delivered.State = State.Settled;
                byTag.Remove(delivered.Tag);
            }

            doneBehind = 0;
            // Behind one that takes hours the settled ones would pile up.
            var still = open.Where(delivered => delivered.State == State.Open).ToList();
            open.Clear();
            still.ForEach(open.Enqueue);
        }

        return acks;
    }

    /// <summary>Takes what is settled or done off the front. Only a tag that is still open at the broker may be named in an acknowledgement.</summary>
    private void Advance()
    {
        while (open.TryPeek(out var first) && first.State != State.Open)
        {
            open.Dequeue();
            if (first.State == State.Done)
            {
                ready = first.Tag;
                doneBehind--;
                byTag.Remove(first.Tag);
            }
        }
    }

    private enum State
    {
        Open,
        Done,
        Settled,
    }

    private sealed class Delivered(ulong tag)
    {
        public ulong Tag { get; } = tag;

        public State State { get; set; }
    }
}
