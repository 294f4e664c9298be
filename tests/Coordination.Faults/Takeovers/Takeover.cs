namespace Coordination.Faults.Takeovers;

/// <summary>Where the first worker is killed: at which effect of its step, and at which moment of it.</summary>
/// <param name="Effect">From 1.</param>
/// <param name="Recorded">True: the outcome is committed and the agent does not know it. False: the sink has answered and nothing of it is committed.</param>
public sealed record TakeoverPoint(int Effect, bool Recorded);

/// <summary>What became of a step whose worker was killed and which another one went on with.</summary>
public sealed record Takeover
{
    public required TakeoverPoint Point { get; init; }

    /// <summary>The first worker was ended by SIGKILL, at its point.</summary>
    public required bool WasKilled { get; init; }

    /// <summary>The run's, in lower case.</summary>
    public required string Status { get; init; }

    /// <summary>What the agent returned in the end: a receipt of the sink for each of its effects.</summary>
    public required IReadOnlyList<long> Receipts { get; init; }

    /// <summary>As they arrived at the sink.</summary>
    public required IReadOnlyList<TakeoverCall> Calls { get; init; }

    /// <summary>What the sink did, once for each time it did it; questions to the model are not among it.</summary>
    public required IReadOnlyList<TakeoverEffect> Effects { get; init; }

    /// <summary>From the kill to the first call after it.</summary>
    public required TimeSpan ResumedAfter { get; init; }
}

/// <summary>A call the sink counted.</summary>
/// <param name="Receipt">What it was answered, if it is a question to the model.</param>
/// <param name="Effect">Which effect of the step, from 1: the order in which the keys were seen first.</param>
/// <param name="Class">keyed, probed or pure; the last is a question to the model.</param>
/// <param name="Second">The second worker made it.</param>
public sealed record TakeoverCall(long Receipt, int Effect, string Key, string Class, bool Second);

/// <summary>Something the sink did.</summary>
public sealed record TakeoverEffect(long Receipt, string Key);
