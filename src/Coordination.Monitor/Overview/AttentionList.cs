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
    /// <summary>Lines of one kind; what is beyond them becomes one line.</summary>
    public const int MostOfOneKind = 20;

    public static IReadOnlyList<Attention> Of(Situation now) =>
        Urgency.Order(
            [
                .. Some(now.Ballots, ballot => Ballot(ballot, now.At), "/consensus?status=people", "ballots wait for people"),
                .. Some(now.Questions, Question, "/runs?q=waits:person", "questions of agents wait for an answer"),
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

    private static List<Attention> Some<T>(IReadOnlyList<T> all, Func<T, Attention> one, string more, string what)
    {
        var shown = all.Take(MostOfOneKind).Select(one).ToList();
        if (all.Count > MostOfOneKind)
        {
            var rest = all.Skip(MostOfOneKind).Select(one).ToList();
            shown.Add(
                rest[0] with
                {
                    Title = $"{rest.Count} more {what}",
                    Detail = null,
                    Since = rest.Min(item => item.Since),
                    Until = rest.Min(item => item.Until),
                    Href = more,
                    Count = rest.Count,
                }
            );
        }
        return shown;
    }

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
                "Nobody knows whether they were done: look at the target and say so.",
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
                $"{group.Spark[^1]} dead letters in the last hour, {group.Count} in all",
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
                quiet.Count == 1 ? quiet[0].Title : $"They failed in {quiet.Count} ways.",
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
                ? $"{type.Waiting} waiting; no instance was heard of within a day."
                : $"{type.Waiting} waiting; no instance is alive.",
            type.OldestWaitAt ?? now,
            null,
            "/agents",
            type.Waiting
        );

    private static IEnumerable<Attention> Late(Situation now)
    {
        if (now.Outbox.Late > 0)
            yield return new Attention(
                AttentionKind.Outbox,
                "bad",
                now.Outbox.Late == 1 ? "A message does not leave" : $"{now.Outbox.Late} messages do not leave",
                "They are due for more than a minute: is the broker up, and a host running?",
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
