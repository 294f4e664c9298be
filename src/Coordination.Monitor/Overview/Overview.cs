namespace Coordination.Monitor;

/// <summary>What needs a person now, and how the whole stands.</summary>
/// <param name="At">When it was read.</param>
/// <param name="Attention">The most urgent first.</param>
/// <param name="Runs">By status.</param>
/// <param name="Rates">How many start and end.</param>
/// <param name="Waits">What has waited longest, equal waits as one.</param>
/// <param name="Typical">How long kinds of runs usually take, the most frequent first.</param>
/// <param name="Nav">What the navigation shows.</param>
public sealed record Overview(
    DateTimeOffset At,
    IReadOnlyList<Attention> Attention,
    IReadOnlyDictionary<string, long> Runs,
    RunRates Rates,
    IReadOnlyList<WaitRow> Waits,
    IReadOnlyList<TypicalDuration> Typical,
    NavCounts Nav
);

/// <summary>Runs a minute.</summary>
/// <param name="StartedPerMinute">Accepted.</param>
/// <param name="EndedPerMinute">Ended, however.</param>
/// <param name="FailedPerMinute">Failed or expired.</param>
/// <param name="OverMinutes">Counted over the last so many minutes.</param>
public sealed record RunRates(double StartedPerMinute, double EndedPerMinute, double FailedPerMinute, int OverMinutes);

/// <summary>How long runs of a kind usually take, of those that completed last.</summary>
/// <param name="Name">The plan's name.</param>
/// <param name="Runs">How many were looked at.</param>
/// <param name="MedianMs">Half of them took no longer.</param>
/// <param name="P95Ms">19 of 20 took no longer.</param>
public sealed record TypicalDuration(string Name, int Runs, long MedianMs, long P95Ms);

/// <summary>Things that need a person, for the navigation.</summary>
/// <param name="Attention">Lines of the overview's list.</param>
/// <param name="Stuck">Runs that do not move.</param>
/// <param name="Ballots">Ballots that wait for people.</param>
/// <param name="Questions">Questions agents have asked people.</param>
/// <param name="Effects">Effects in doubt.</param>
/// <param name="DeadLetters">Open ones.</param>
public sealed record NavCounts(int Attention, int Stuck, int Ballots, int Questions, int Effects, int DeadLetters);

/// <summary>Something that needs a person.</summary>
/// <param name="Kind">One of <see cref="AttentionKind"/>.</param>
/// <param name="Severity"><c>bad</c>, <c>warn</c> or <c>vote</c>.</param>
/// <param name="Title">What.</param>
/// <param name="Detail">More of it.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it ends without a person.</param>
/// <param name="Href">Where to act, below the monitor's prefix.</param>
/// <param name="Count">How many.</param>
public sealed record Attention(
    string Kind,
    string Severity,
    string Title,
    string? Detail,
    DateTimeOffset Since,
    DateTimeOffset? Until,
    string Href,
    int Count
);

/// <summary>What can need a person.</summary>
internal static class AttentionKind
{
    public const string Ballot = "ballot";
    public const string Question = "question";
    public const string Effect = "effect";
    public const string Stuck = "stuck";
    public const string DeadLetters = "dead-letters";
    public const string Agent = "agent";
    public const string Outbox = "outbox";
    public const string FailedRuns = "failed-runs";
}

/// <summary>An unfinished step and what it waits for, or the oldest of several that are equal.</summary>
/// <param name="RunId">Whose.</param>
/// <param name="RunName">Its name.</param>
/// <param name="StepId">Its step.</param>
/// <param name="AgentType">Who does it.</param>
/// <param name="Kind"><c>worker</c>, <c>person</c>, <c>ballot</c>, <c>retry</c>, <c>undo</c> or <c>earlier-steps</c>.</param>
/// <param name="What">For a person.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When the wait ends by itself.</param>
/// <param name="Count">How many runs of this name wait at this step for this kind of thing.</param>
public sealed record WaitRow(
    Guid RunId,
    string RunName,
    string StepId,
    string AgentType,
    string Kind,
    string What,
    DateTimeOffset? Since,
    DateTimeOffset? Until,
    int Count
);
