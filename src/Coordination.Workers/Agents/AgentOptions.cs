namespace Coordination.Workers;

/// <summary>How this process runs one agent type.</summary>
public sealed class AgentOptions
{
    /// <summary>Attempts of this type that run in this process at the same time, 1 to 1,000.</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>
    /// For agents that are fast (well under a second) and touch nothing outside: the agent runs inside the message's own transaction, without
    /// claim and lease. It cannot be cancelled one by one and its progress reports are dropped.
    /// </summary>
    public bool Inline { get; set; }

    /// <summary>Name and major version of input and output, for example <c>refund.v1</c>. Null: the agent type followed by <c>.v1</c>.</summary>
    public string? Contract { get; set; }

    /// <summary>
    /// Exceptions of unknown kind count as transient, so the step's retry policy applies. Off, because an unknown failure of an agent with outside
    /// effects must not be repeated blindly.
    /// </summary>
    public bool RetryUnknown { get; set; }

    /// <summary>
    /// Names the logic: change it when the agent's code or prompts change what effects a step makes or in which order. A step that has begun with another definition
    /// stops with VERSION_SKEW instead of going on with logic it was not begun with. Null: the contract. 1 to 100 characters.
    /// </summary>
    public string? Definition { get; set; }

    /// <summary>Older definitions whose half-done steps this one can go on with.</summary>
    public IList<string> ContinuesFrom { get; } = [];

    /// <summary>Signs the votes of an <see cref="IVoter"/>, where a ballot's tier asks for signatures. Null: unsigned.</summary>
    public VotingKey? VotingKey { get; set; }

    /// <summary>Messages the broker hands over in advance, 1 to 1,000. Null: as many as <see cref="Concurrency"/>.</summary>
    public int? PrefetchCount { get; set; }
}
