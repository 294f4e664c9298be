using System.Globalization;
using System.Threading.Channels;

namespace Coordination.Monitor;

/// <summary>
/// The events of this process, the last of them kept for those who come back, and everybody who listens. Whoever is slow loses events and is told that there is a gap;
/// it never holds up the others.
/// </summary>
internal sealed class LiveFeed
{
    private const int Kept = 2_000;
    private const int Unread = 200;

    /// <summary>Of all connections one viewer may have a fifth, and ten at least: who opens the page in many windows shuts nobody out.</summary>
    private const int Fewest = 10;
    private readonly Lock gate = new();
    private readonly Queue<LiveEvent> recent = new();
    private readonly HashSet<Listener> listeners = [];
    private readonly HashSet<Listener> newcomers = [];
    private long position;

    /// <summary>Names this process' feed: a position of another process, or of one before, is none of it.</summary>
    public string Name { get; } = Guid.NewGuid().ToString("N")[..8];

    public event Action? Joined;

    public int Count
    {
        get
        {
            lock (gate)
                return listeners.Count;
        }
    }

    /// <summary>Topics somebody listens to.</summary>
    public IReadOnlySet<string> Wanted
    {
        get
        {
            lock (gate)
                return listeners.SelectMany(listener => listener.Topics.All).ToHashSet(StringComparer.Ordinal);
        }
    }

    public void Publish<T>(string topic, T data)
    {
        lock (gate)
        {
            var happened = LiveEvent.Of(++position, Name, topic, data);
            recent.Enqueue(happened);
            if (recent.Count > Kept)
                recent.Dequeue();
            foreach (var listener in listeners)
                listener.Offer(happened);
        }
    }

    /// <summary>Nobody listens, and what happens from here on is not looked for: whoever comes back has missed something.</summary>
    public void Pass()
    {
        lock (gate)
        {
            recent.Clear();
            position++;
        }
    }

    /// <summary>Those who came since this was asked last and heard nothing before: what they show may have changed before they were heard of.</summary>
    public IReadOnlyList<Listener> Newcomers()
    {
        lock (gate)
        {
            List<Listener> all = [.. newcomers];
            newcomers.Clear();
            return all;
        }
    }

    /// <summary>Tells these alone that they have missed something.</summary>
    public void TellOfGap(IReadOnlyList<Listener> some)
    {
        lock (gate)
        {
            foreach (var listener in some)
                listener.Offer(LiveEvent.Of(position, Name, LiveTopics.Gap, new { }));
        }
    }

    /// <summary>Listens from now on, or from the event after the one heard last; null: there are too many, or too many of this viewer.</summary>
    public Listener? Join(LiveTopics topics, string? after, int most, string viewer)
    {
        var listener = new Listener(this, topics, viewer);
        lock (gate)
        {
            if (listeners.Count >= most || listeners.Count(other => other.Viewer == viewer) >= Math.Max(Fewest, most / 5))
                return null;
            if (string.IsNullOrEmpty(after))
                newcomers.Add(listener);
            else
                Resume(listener, after);
            listeners.Add(listener);
        }
        Joined?.Invoke();
        return listener;
    }

    private void Resume(Listener listener, string after)
    {
        var heard =
            after.Split('-') is [var feed, var number] && feed == Name && long.TryParse(number, CultureInfo.InvariantCulture, out var known)
                ? known
                : -1;
        var missed = recent.Where(happened => happened.Position > heard && listener.Topics.Hears(happened.Topic)).ToList();
        if (
            heard < 0
            || heard > position
            || (heard < position && (!recent.TryPeek(out var oldest) || oldest.Position > heard + 1))
            || missed.Count >= Unread
        )
            listener.Offer(LiveEvent.Of(position, Name, LiveTopics.Gap, new { }));
        else
            missed.ForEach(listener.Offer);
    }

    private void Leave(Listener listener)
    {
        lock (gate)
        {
            listeners.Remove(listener);
            newcomers.Remove(listener);
        }
    }

    /// <summary>One connection.</summary>
    internal sealed class Listener(LiveFeed feed, LiveTopics topics, string viewer) : IDisposable
    {
        private readonly Channel<LiveEvent> waiting = Channel.CreateBounded<LiveEvent>(
            new BoundedChannelOptions(Unread) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait }
        );
        private bool lost;

        public LiveTopics Topics => topics;

        /// <summary>Who listens, and from where.</summary>
        public string Viewer => viewer;

        public ChannelReader<LiveEvent> Waiting => waiting.Reader;

        /// <summary>Called by the feed alone.</summary>
        internal void Offer(LiveEvent happened)
        {
            if (happened.Topic != LiveTopics.Gap && !topics.Hears(happened.Topic))
                return;
            if (lost && waiting.Writer.TryWrite(LiveEvent.Of(happened.Position, feed.Name, LiveTopics.Gap, new { })))
                lost = false;
            else if (!lost)
                lost = !waiting.Writer.TryWrite(happened);
        }

        public void Dispose() => feed.Leave(this);
    }
}
