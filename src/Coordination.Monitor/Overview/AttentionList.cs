namespace Coordination.Monitor;

/// <summary>What the overview was made from.</summary>
internal sealed record Situation
{
    public required DateTimeOffset At { get; init; }

    /// <summary>Those that wait for people, the one with the least time left first.</summary>
    public required IReadOnlyList<BallotSummary> Ballots { get; init; }
    public required IReadOnlyList<OpenQuestion> Questions { get; init; }
    public required (int Count, DateTimeOffset? Since) Doubts { get; init; }
    public required (int Count, DateTimeOffset? Since, Guid? Only, string? Why) Stuck { get; init; }
    public required LetterGroups Letters { get; init; }
    public required IReadOnlyList<AgentTypeView> Agents { get; init; }
    public required OutboxFlow Outbox { get; init; }

    /// <summary>In the last hour.</summary>
    public required (int Count, DateTimeOffset? First) Failed { get; init; }
}

/// <summary>Makes the list of what needs a person out of a situation. Pure.</summary>
internal static class AttentionList
{
    /// <summary>Lines of one kind; what is beyond them becomes one line, so that every kind is seen at once.</summary>
    public const int MostOfOneKind = 4;

    public static IReadOnlyList<Attention> Of(Situation now) =>
        Urgency.Order(
            [
                .. Some(Ballots(now), "/consensus?status=people", "ballot waits for people", "ballots wait for people"),
                .. Some(
                    Questions(now),
                    "/runs?q=waits:person",
                    "question of an agent waits for an answer",
                    "questions of agents wait for an answer"
                ),
                .. Doubts(now),
                .. Stuck(now),
                .. Letters(now),
                .. now.Agents.Where(type => type is { Waiting: > 0, Alive: 0 }).Select(type => Nobody(type, now.At)),
                .. Late(now),
                .. Failed(now),
            ],
            now.At
        );

    public static NavCounts Counts(Situation now, IReadOnlyList<Attention> attention) =>
        new(attention.Count, now.Stuck.Count, now.Ballots.Count, now.Questions.Count, now.Doubts.Count, now.Letters.Open);

    private static List<Attention> Some(List<Attention> all, string more, string one, string many)
    {
        var shown = all.Take(MostOfOneKind).ToList();
        if (all.Count > MostOfOneKind)
        {
            var rest = all.Skip(MostOfOneKind).ToList();
            var count = rest.Sum(item => item.Count);
            shown.Add(
                rest[0] with
                {
                    Title = $"{count} more {(count == 1 ? one : many)}",
                    Detail = null,
                    Since = rest.Min(item => item.Since),
                    Until = rest.Min(item => item.Until),
                    Href = more,
                    Count = count,
                }
            );
        }
        return shown;
    }

    // The same question of the same policy, whatever numbers are in it: one line, however many ask it.
    private static List<Attention> Ballots(Situation now) =>
        [
            .. now
                .Ballots.GroupBy(ballot => (ballot.Policy, ballot.Tier, AlikeText.Of(ballot.Question)))
                .Select(group => (group.Key.Policy, group.Key.Tier, Shape: group.Key.Item3, All: group.ToList()))
                .Select(group =>
                    group.All is [var only]
                        ? Ballot(only, now.At)
                        : new Attention(
                            AttentionKind.Ballot,
                            "vote",
                            $"{group.All.Count} ballots wait for people",
                            $"{group.Policy}, {group.Tier}: {group.Shape}",
                            group.All.Min(ballot => ballot.OpenedAt ?? now.At),
                            group.All.Min(ballot => ballot.EndsAt),
                            "/consensus?status=people",
                            group.All.Count
                        )
                ),
        ];

    private static Attention Ballot(BallotSummary ballot, DateTimeOffset now) =>
        new(
            AttentionKind.Ballot,
            "vote",
            ballot.People == 1 ? "A ballot waits for a person" : $"A ballot waits for {ballot.People} people",
            $"{ballot.Policy}, {ballot.Tier}: {ballot.Question}",
            ballot.OpenedAt ?? now,
            ballot.EndsAt,
            $"/consensus/{ballot.BallotId}",
            1
        );

    private static List<Attention> Questions(Situation now) =>
        [
            .. now
                .Questions.GroupBy(question => (question.RunName, question.StepId, question.AgentType))
                .Select(group => group.ToList())
                .Select(group =>
                    group is [var only]
                        ? Question(only)
                        : Question(group[0]) with
                        {
                            Title = $"{group.Count} questions of {group[0].AgentType} wait for an answer",
                            Detail = $"{group[0].RunName}, step {group[0].StepId}",
                            Since = group.Min(question => question.Since),
                            Until = group.Min(question => question.EndsAt),
                            Href = $"/runs?q={Uri.EscapeDataString($"waits:person name:\"{group[0].RunName}\"")}",
                            Count = group.Count,
                        }
                ),
        ];

    private static Attention Question(OpenQuestion question) =>
        new(
            AttentionKind.Question,
            "vote",
            $"{question.AgentType} asks a person",
            $"{question.RunName}, step {question.StepId}{(question.What is { } what ? $": {what}" : "")}",
            question.Since,
            question.EndsAt,
            $"/runs/{question.RunId}",
            1
        );

    private static IEnumerable<Attention> Doubts(Situation now)
    {
        if (now.Doubts is { Count: > 0 } doubts)
            yield return new Attention(
                AttentionKind.Effect,
                "bad",
                doubts.Count == 1 ? "An effect is in doubt" : $"{doubts.Count} effects are in doubt",
                doubts.Count == 1
                    ? "Nobody knows whether it was done: look at the target and say so."
                    : "Nobody knows whether they were done: look at the targets and say so.",
                doubts.Since ?? now.At,
                null,
                "/effects?status=indoubt",
                doubts.Count
            );
    }

    private static IEnumerable<Attention> Stuck(Situation now)
    {
        if (now.Stuck is { Count: > 0 } stuck)
            yield return new Attention(
                AttentionKind.Stuck,
                "bad",
                stuck.Count == 1 ? "A run does not move" : $"{stuck.Count} runs do not move",
                stuck.Why,
                stuck.Since ?? now.At,
                null,
                stuck.Only is { } run ? $"/runs/{run}" : "/runs?q=stuck:yes",
                stuck.Count
            );
    }

    private static IEnumerable<Attention> Letters(Situation now)
    {
        foreach (var group in now.Letters.Rows.Where(group => group.Growing).Take(MostOfOneKind))
            yield return new Attention(
                AttentionKind.DeadLetters,
                "bad",
                $"{group.Spark[^1]} dead {(group.Spark[^1] == 1 ? "letter" : "letters")} in the last hour, {group.Count} in all",
                group.Title,
                group.FirstAt,
                null,
                $"/dead-letters/{group.Fingerprint}",
                group.Count
            );
        if (now.Letters.Rows.Where(group => !group.Growing).ToList() is { Count: > 0 } quiet)
            yield return new Attention(
                AttentionKind.DeadLetters,
                "warn",
                quiet.Sum(group => group.Count) is var count && count == 1
                    ? "A dead letter waits for a decision"
                    : $"{count} dead letters wait for a decision",
                quiet.Count == 1 ? quiet[0].Title : $"They failed in {quiet.Count} different ways.",
                quiet.Min(group => group.FirstAt),
                null,
                "/dead-letters",
                count
            );
    }

    private static Attention Nobody(AgentTypeView type, DateTimeOffset now) =>
        new(
            AttentionKind.Agent,
            "bad",
            $"Nobody does the work of {type.AgentType}",
            type.LastSeenAt is null
                ? $"{Steps(type.Waiting)}; no instance was heard of within a day."
                : $"{Steps(type.Waiting)}; no instance is alive.",
            type.OldestWaitAt ?? now,
            null,
            $"/agents/{Uri.EscapeDataString(type.AgentType)}",
            type.Waiting
        );

    private static string Steps(int count) => count == 1 ? "1 step waits" : $"{count} steps wait";

    private static IEnumerable<Attention> Late(Situation now)
    {
        if (now.Outbox.Late > 0)
            yield return new Attention(
                AttentionKind.Outbox,
                "bad",
                now.Outbox.Late == 1 ? "A message does not leave" : $"{now.Outbox.Late} messages do not leave",
                $"{(now.Outbox.Late == 1 ? "It has been" : "They have been")} due for more than a minute: is the broker up, and a host running?",
                now.Outbox.OldestDueAt ?? now.At,
                null,
                "/flow",
                now.Outbox.Late
            );
    }

    private static IEnumerable<Attention> Failed(Situation now)
    {
        if (now.Failed is { Count: > 0 } failed)
            yield return new Attention(
                AttentionKind.FailedRuns,
                "warn",
                failed.Count == 1 ? "A run failed in the last hour" : $"{failed.Count} runs failed in the last hour",
                null,
                failed.First ?? now.At,
                null,
                "/runs?q=status:failed,expired ended:>-1h",
                failed.Count
            );
    }
}
