using CsCheck;

namespace Coordination.Monitor.Tests.Overview;

public sealed class UrgencyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private static Attention Item(string kind, string severity, int sinceMinutesAgo = 10, int? untilMinutes = null) =>
        new(
            kind,
            severity,
            kind,
            null,
            Now.AddMinutes(-sinceMinutesAgo),
            untilMinutes is { } until ? Now.AddMinutes(until) : null,
            $"/{kind}/{sinceMinutesAgo}/{untilMinutes}",
            1
        );

    private static Situation Quiet =>
        new()
        {
            At = Now,
            Ballots = [],
            Questions = [],
            Doubts = (0, null),
            Stuck = (0, null, null, null),
            Letters = new LetterGroups([], 0),
            Agents = [],
            Outbox = new OutboxFlow(0, 0, null, 0, 0, null),
            Failed = (0, null),
        };

    [Fact]
    public void What_ends_soon_comes_first_then_what_is_broken_then_what_waits_for_a_word()
    {
        Attention[] wanted =
        [
            Item("question", "vote", untilMinutes: 2),
            Item("ballot", "vote", untilMinutes: 14),
            Item("outbox", "bad"),
            Item("agent", "bad"),
            Item("effect", "bad"),
            Item("stuck", "bad"),
            Item("dead-letters", "bad"),
            Item("ballot", "vote", untilMinutes: 60),
            Item("ballot", "vote", untilMinutes: 90),
            Item("question", "vote", sinceMinutesAgo: 50),
            Item("question", "vote", sinceMinutesAgo: 5),
            Item("dead-letters", "warn"),
            Item("failed-runs", "warn"),
        ];
        Gen.Shuffle(wanted).Sample(items => Urgency.Order(items, Now).ShouldBe(wanted), iter: 200);
    }

    [Fact]
    public void A_quiet_backbone_needs_nobody()
    {
        AttentionList.Of(Quiet).ShouldBeEmpty();
        AttentionList.Counts(Quiet, []).ShouldBe(new NavCounts(0, 0, 0, 0, 0, 0));
    }

    [Fact]
    public void Everything_that_needs_a_person_is_on_the_list_and_leads_to_where_one_acts()
    {
        var idle = new AgentTypeView("refund", 0, [], [], false, [], false, 3, 0, null, null);
        var group = new LetterGroup("f", "t", "R", null, "m", "e", "in", 5, Now, Now, [.. Enumerable.Repeat(0, 23), 5], true, 0);
        var list = AttentionList.Of(
            Quiet with
            {
                Questions =
                [
                    .. Enumerable
                        .Range(0, 25)
                        .Select(i => new OpenQuestion(Guid.CreateVersion7(), "run", "ask", "refund", "what?", null, Now.AddMinutes(-i))),
                ],
                Doubts = (2, Now),
                Stuck = (1, Now, Guid.Empty, "no agent"),
                Letters = new LetterGroups([group, group with { Growing = false, Count = 1 }], 6),
                Agents = [idle, idle with { Alive = 1 }, idle with { Waiting = 0 }],
                Outbox = new OutboxFlow(9, 4, Now.AddMinutes(-2), 0, 0, null),
                Failed = (7, Now),
            }
        );
        list.Count(item => item.Kind == "question").ShouldBe(21);
        list.Single(item => item.Title.StartsWith("5 more", StringComparison.Ordinal)).Count.ShouldBe(5);
        list.Count(item => item.Kind == "agent").ShouldBe(1);
        list.Where(item => item.Kind != "question")
            .Select(item => item.Href)
            .ShouldBe([
                "/flow",
                "/agents",
                "/effects?status=indoubt",
                $"/runs/{Guid.Empty}",
                "/dead-letters/f",
                "/dead-letters",
                "/runs?q=status:failed,expired ended:>-1h",
            ]);
    }
}
