namespace Coordination.Persistence;

/// <summary>What a unit of work has collected for its commit. A later call about a timer wins over an earlier one.</summary>
internal sealed class PendingChanges
{
    private readonly List<Statement> statements = [];
    private readonly List<OutgoingMessage> messages = [];
    private readonly List<OutgoingMessage> timers = [];
    private readonly HashSet<Guid> cancelled = [];
    private readonly Dictionary<Guid, TimeSpan> moved = [];
    private List<Action>? committed;
    private int leading;

    public IReadOnlyList<Statement> Statements => statements;

    /// <summary>Messages that leave at once, in the order of the calls.</summary>
    public IReadOnlyList<OutgoingMessage> Messages => messages;

    /// <summary>Messages with a delay; each has a token.</summary>
    public IReadOnlyList<OutgoingMessage> Timers => timers;

    /// <summary>Tokens whose stored timers go.</summary>
    public IReadOnlyCollection<Guid> Cancelled => cancelled;

    /// <summary>Tokens whose stored timers get a new delay.</summary>
    public IReadOnlyDictionary<Guid, TimeSpan> Moved => moved;

    /// <summary>Groups of the ordered messages, each once.</summary>
    public Guid[] OrderedGroups() =>
        [.. messages.Where(m => m is { Ordered: true, GroupId: not null }).Select(m => m.GroupId!.Value).Distinct()];

    public bool Any => statements.Count + messages.Count + timers.Count + cancelled.Count + moved.Count > 0;

    /// <summary>The shortest delay among new and moved timers; null when there are none.</summary>
    public TimeSpan? FirstTimer
    {
        get
        {
            TimeSpan? first = null;
            foreach (var delay in timers.Select(t => t.Delay!.Value).Concat(moved.Values))
            {
                first = first is { } known && known <= delay ? known : delay;
            }

            return first;
        }
    }

    /// <summary>A statement among them concerns its whole transaction.</summary>
    public bool NeedOwnTransaction { get; private set; }

    /// <summary>They may be lost in a crash of the database.</summary>
    public bool AreUnhurried { get; private set; }

    public void Execute(Statement statement)
    {
        NeedOwnTransaction |= statement.NeedsOwnTransaction;
        AreUnhurried |= statement.IsUnhurried;
        if (statement.GoesFirst)
        {
            statements.Insert(leading++, statement);
        }
        else
        {
            statements.Add(statement);
        }
    }

    public void Send(OutgoingMessage message)
    {
        if (message.Body.Length > OutgoingMessage.MaxBodyBytes)
        {
            throw new ArgumentException(
                $"The message {message.MessageType} for {message.Destination} has {message.Body.Length:N0} bytes; "
                    + $"{OutgoingMessage.MaxBodyBytes:N0} are allowed. Store the content elsewhere and send a reference.",
                nameof(message)
            );
        }

        if (message.Delay is null)
        {
            messages.Add(message.Token is null ? message : message with { Token = null });
            return;
        }

        if (message.Ordered)
        {
            throw new ArgumentException("A timer cannot be an ordered message: it would hold up everything behind it.", nameof(message));
        }

        // Every timer can be listed and cancelled, so each has a handle.
        var token = message.Token ?? message.MessageId;
        timers.RemoveAll(timer => timer.Token == token);
        timers.Add(message with { Token = token });
    }

    public void CancelTimer(Guid token)
    {
        timers.RemoveAll(timer => timer.Token == token);
        moved.Remove(token);
        cancelled.Add(token);
    }

    public void MoveTimer(Guid token, TimeSpan delay)
    {
        var index = timers.FindIndex(timer => timer.Token == token);
        if (index >= 0)
        {
            timers[index] = timers[index] with { Delay = delay };
        }
        else if (!cancelled.Contains(token))
        {
            moved[token] = delay;
        }
    }

    /// <summary>
    /// Whether <paramref name="later"/> concerns a timer that is made or moved here. A commit of both would not have the effect of one after the other: it
    /// cancels and moves timers before it stores any.
    /// </summary>
    public bool MeetTimersOf(PendingChanges later) =>
        (timers.Count > 0 && timers.Exists(timer => later.Concern(timer.Token!.Value)))
        || (moved.Count > 0 && moved.Keys.Any(later.Concern));

    private bool Concern(Guid token) =>
        cancelled.Contains(token) || moved.ContainsKey(token) || timers.Exists(timer => timer.Token == token);

    public void OnCommitted(Action action) => (committed ??= []).Add(action);

    /// <summary>What to do after the commit.</summary>
    public IReadOnlyList<Action> Committed => committed ?? [];
}
