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
                        .Select(i => new OpenQuestion(
                            Guid.CreateVersion7(),
                            $"run-{i % 7}",
                            "ask",
                            "refund",
                            "what?",
                            null,
                            Now.AddMinutes(-i)
                        )),
                ],
                Doubts = (2, Now),
                Stuck = (1, Now, Guid.Empty, "no agent"),
                Letters = new LetterGroups([group, group with { Growing = false, Count = 1 }], 6),
                Agents = [idle, idle with { Alive = 1 }, idle with { Waiting = 0 }],
                Outbox = new OutboxFlow(9, 4, Now.AddMinutes(-2), 0, 0, null),
                Failed = (7, Now),
            }
        );
        // 25 questions at 7 places: four of the places, and the rest as one line.
        list.Count(item => item.Kind == "question").ShouldBe(5);
        list.Single(item => item.Title == "9 more questions of agents wait for an answer").Count.ShouldBe(9);
        list.Count(item => item.Kind == "agent").ShouldBe(1);
        list.Where(item => item.Kind != "question")
            .Select(item => item.Href)
            .ShouldBe([
                "/flow",
                "/agents/refund",
                "/effects?status=indoubt",
                $"/runs/{Guid.Empty}",
                "/dead-letters/f",
                "/dead-letters",
                "/runs?q=status:failed,expired ended:>-1h",
            ]);
    }

    [Fact]
    public void Ballots_that_ask_the_same_are_one_line_so_that_failed_runs_are_seen_beside_them()
    {
        var list = AttentionList.Of(
            Quiet with
            {
                Ballots =
                [
                    .. Enumerable.Range(0, 17).Select(i => Ballot($"Refund order A-{21071 + i} at once, or review it?", i)),
                    Ballot("Merge patch #812 into main?", 3),
                ],
                Failed = (1, Now),
            }
        );
        list.Select(item => (item.Kind, item.Title, item.Count))
            .ShouldBe([
                ("ballot", "17 ballots wait for people", 17),
                ("ballot", "A ballot waits for a person", 1),
                ("failed-runs", "A run failed in the last hour", 1),
            ]);
        list[0].Detail.ShouldBe("refund, standard: Refund order … at once, or review it?");
        (list[0].Since, list[0].Until, list[0].Href).ShouldBe((Now.AddMinutes(-16), Now.AddMinutes(60), "/consensus?status=people"));
        list[1].Href.ShouldStartWith("/consensus/0");

        static BallotSummary Ballot(string question, int minutes) =>
            new(
                Guid.CreateVersion7(),
                "default",
                null,
                "refund",
                "standard",
                "triage",
                question,
                ["refund", "review"],
                3,
                1,
                "people",
                null,
                null,
                null,
                1,
                Now.AddMinutes(-minutes),
                Now.AddMinutes(60 + minutes),
                null
            );
    }

    [Theory]
    [InlineData(1, "An effect is in doubt", "whether it was done")]
    [InlineData(2, "2 effects are in doubt", "whether they were done")]
    public void One_is_spoken_of_as_one(int count, string title, string detail)
    {
        var item = AttentionList.Of(Quiet with { Doubts = (count, Now) }).ShouldHaveSingleItem();
        item.Title.ShouldBe(title);
        item.Detail!.ShouldContain(detail);
    }

    [Fact]
    public void What_is_typical_of_a_kind_is_a_duration_that_a_run_really_had()
    {
        TypicalReads
            .Of([.. Enumerable.Range(1, 100).Select(i => ("ticket-triage", i * 10L)), ("rare", 7L)])
            .ShouldBe([new TypicalDuration("ticket-triage", 100, 500, 950), new TypicalDuration("rare", 1, 7, 7)]);
        TypicalReads.Of([]).ShouldBeEmpty();
    }
}
