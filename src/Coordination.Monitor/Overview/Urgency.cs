namespace Coordination.Monitor;

/// <summary>
/// What a person should look at first:
/// <list type="number">
/// <item>what will be decided without them within a quarter of an hour, the soonest first;</item>
/// <item>what is broken, then what waits for their word, then what they should know;</item>
/// <item>among those what stops most: messages that do not leave, work nobody does, effects in doubt, runs that stand still;</item>
/// <item>what ends sooner, then what has waited longer.</item>
/// </list>
/// Pure.
/// </summary>
internal static class Urgency
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(15);

    private static readonly string[] Severities = ["bad", "vote", "warn"];

    private static readonly string[] Kinds =
    [
        AttentionKind.Outbox,
        AttentionKind.Agent,
        AttentionKind.Effect,
        AttentionKind.Stuck,
        AttentionKind.Ballot,
        AttentionKind.Question,
        AttentionKind.DeadLetters,
        AttentionKind.FailedRuns,
    ];

    public static IReadOnlyList<Attention> Order(IEnumerable<Attention> items, DateTimeOffset now) =>
        [
            .. items
                .OrderBy(item => IsSoon(item, now) ? item.Until!.Value : DateTimeOffset.MaxValue)
                .ThenBy(item => Array.IndexOf(Severities, item.Severity))
                .ThenBy(item => Array.IndexOf(Kinds, item.Kind))
                .ThenBy(item => item.Until ?? DateTimeOffset.MaxValue)
                .ThenBy(item => item.Since)
                .ThenBy(item => item.Href, StringComparer.Ordinal),
        ];

    private static bool IsSoon(Attention item, DateTimeOffset now) => item.Until is { } until && until - now <= Soon;
}
