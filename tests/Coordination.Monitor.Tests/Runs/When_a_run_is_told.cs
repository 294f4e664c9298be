namespace Coordination.Monitor.Tests.Runs;

/// <summary>Story, time line, messages and comparison of runs whose history stands here.</summary>
public sealed class When_a_run_is_told
{
    private static readonly DateTimeOffset Start = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] Failed =
    [
        "accepted requester=me",
        "step-dispatched plan 1",
        "step-completed plan 1",
        "step-dispatched code 1",
        "step-retry code 1 reason=PROVIDER_LIMIT,delayMs=2000",
        "step-dispatched code 2",
        "step-failed code 2 reason=NON_RETRYABLE",
        "step-skipped publish reason=NON_RETRYABLE",
        "step-compensating plan 2",
        "step-compensated plan 2",
        "ended status=failed,reason=NON_RETRYABLE",
    ];

    [Fact]
    public void The_end_is_one_sentence() => Story(Failed).ShouldBe("Failed after 10 s at 'code': NON_RETRYABLE; 1 step undone.");

    [Fact]
    public void What_goes_on_is_one_sentence() =>
        Story([.. Failed.Take(5)]).ShouldBe("Runs for 12 s, 1 of 3 steps done; 'code' waits for its next attempt (PROVIDER_LIMIT).");

    [Fact]
    public void The_time_line_has_attempts_waits_and_the_undoing_below()
    {
        var timeline = RunTimeline.Of(File(Failed), Start.AddSeconds(12));
        timeline
            .Lanes.Select(lane =>
                $"{(lane.Undo ? "undo " : "")}{lane.StepId}{(lane.Critical ? "*" : "")}: {string.Join(", ", lane.Bars.Select(bar => $"{bar.Kind} {Seconds(bar.From)}-{Seconds(bar.To)} {bar.Outcome}"))}"
            )
            .ShouldBe([
                "plan*: work 1-2 done",
                "code*: work 3-4 retried, retry-wait 4-5 done, work 5-6 failed",
                "publish: ",
                "undo plan: undo 8-9 done",
            ]);
        timeline.Ended.ShouldBeTrue();
    }

    [Fact]
    public void The_time_line_of_an_earlier_moment_ends_there()
    {
        var timeline = RunTimeline.Of(File(Failed).AsOf(6), Start.AddSeconds(12));
        (timeline.To, timeline.Now, timeline.Ended).ShouldBe((Start.AddSeconds(5), Start.AddSeconds(5), false));
        timeline.Lanes[1].Bars[^1].Outcome.ShouldBe("open");
    }

    [Fact]
    public void Undoing_is_no_attempt_and_takes_a_time_of_its_own()
    {
        var file = File(Failed);
        var steps = RunPages.Steps(file, RunAt.Of(file.Plan, file.History), new Dictionary<string, QuestionView>());
        steps
            .Select(step => $"{step.StepId} {step.Attempt}+{step.UndoAttempts} {step.TookMs}+{step.UndoTookMs}")
            .ShouldBe(["plan 1+1 1000+1000", "code 2+0 2000+0", "publish 0+0 0+0"]);
        var lanes = RunTimeline.Of(file, Start.AddSeconds(12)).Lanes;
        lanes.Select(lane => lane.TookMs).ShouldBe([1_000, 2_000, 0, 1_000]);
        lanes[3].Bars[0].Attempt.ShouldBe(1, "the first undo");
        RunChange
            .Of(file, 9)!
            .Changes.Select(one => $"{one.Path}: {one.Before} > {one.After}")
            .ShouldContain("steps.plan.undoAttempts: 0 > 1");
    }

    [Fact, Trait("req", "OPS-01")]
    public void What_an_earlier_moment_shows_holds_nothing_that_came_later()
    {
        var file = File(Failed).AsOf(4);
        (file.Run.Status, file.LastSeq, file.Whole.Count).ShouldBe(("running", 4, Failed.Length));
        file.Steps.Select(step => step.Status).ShouldBe(["done", "dispatched", "pending"]);
        BodyRow[] bodies =
        [
            new("code", "output", null, "1"),
            new("plan", "output", null, "2"),
            new("plan", "input", null, "3"),
            new("code", "input", null, "4"),
        ];
        RunPayloads
            .Of(file, bodies)
            .Rows.Select(row => $"{row.StepId} {row.Kind} {row.Seq}")
            .ShouldBe(["plan input 2", "plan output 3", "code input 4"]);
        var letter = Letter(parkedAt: 2, settledAt: 8);
        file.AsOf([letter, letter with { ParkedAt = Start.AddSeconds(9) }]).Select(one => one.State).ShouldBe(["open"]);
        RunMessages.Of(file, [], []).Arrows.ShouldAllBe(arrow => arrow.At <= Start.AddSeconds(3));
    }

    [Fact, Trait("req", "OPS-01")]
    public void A_moment_is_as_exact_as_the_clock_that_wrote_its_entry()
    {
        var (exact, rounded) = (Start.AddMicroseconds(1_300), Start.AddMilliseconds(1));
        var file = File(["accepted", "step-dispatched plan 1"]);
        var then = (file with { History = [file.History[0] with { At = exact }, file.History[1]] }).AsOf(1);
        (then.Knows(exact), then.Knows(exact.AddMicroseconds(1))).ShouldBe((true, false));
        then = (file with { History = [file.History[0] with { At = rounded }, file.History[1]] }).AsOf(1);
        (then.Knows(rounded.AddMicroseconds(999)), then.Knows(rounded.AddMilliseconds(1))).ShouldBe((true, false));
    }

    [Fact, Trait("req", "OPS-01")]
    public void Effects_of_an_earlier_moment_are_folded_from_the_journal_of_before()
    {
        string[] asked =
        [
            "accepted",
            "step-dispatched plan 1",
            "question-asked plan 1 question=effect:key:1",
            "question-answered plan 1 question=effect:key:1,by=ann",
        ];
        JournalRow[] journal = [Line(1, "intent", null), Line(2, "outcome", "indoubt")];
        EffectView now = new(
            Guid.Empty,
            "",
            "plan",
            "key",
            false,
            "pay@1",
            "keyed",
            "order=1",
            "succeeded",
            2,
            Start,
            Start.AddHours(1),
            null,
            null,
            null
        );
        var then = EffectsThen.Of(File(asked).AsOf(3), [now, now with { Key = "later" }], journal).ShouldHaveSingleItem();
        (then.Status, then.Calls, then.QuestionId, then.LastDetail).ShouldBe(("indoubt", 1, "effect:key:1", "lost"));
        EffectsThen.Of(File(asked).AsOf(4), [now], journal).Single().QuestionId.ShouldBeNull("it was answered");
    }

    [Fact, Trait("req", "VOTE-17")]
    public void A_step_a_person_decided_against_was_not_failed_by_its_agent()
    {
        var ballot = Guid.NewGuid();
        string[] history =
        [
            "accepted",
            $"ballot-opened plan ballot={ballot}",
            $"ballot-decided plan ballot={ballot},option=review",
            "step-failed plan reason=DISSENT_ESCALATED",
            "ended status=failed,reason=DISSENT_ESCALATED",
        ];
        var file = File(history);
        var run = RunAt.Of(file.Plan, file.History);
        RunStory
            .Of(run, Start, Start, null, [Ballot(ballot, "people", "review")])
            .ShouldBe("Failed after 4.0 s at 'plan': a person decided 'review'.");
        RunStory.Of(run, Start, Start, null, [Ballot(ballot, "votes", "review")]).ShouldContain("the voters decided 'review'");
        RunStory.Of(run, Start, Start, null).ShouldContain("DISSENT_ESCALATED");
    }

    [Fact, Trait("req", "VOTE-17")]
    public void An_answer_says_what_becomes_of_the_run()
    {
        var file = File(["accepted"]).AsOf(1);
        var follows = BallotFollows.Of(file, "code", ["allow", "review"]);
        follows["allow"].ShouldBe("'code' is carried out, and the run goes on.");
        (follows["review"], follows[""]).ShouldBe(
            ("'code' is not carried out: the run fails.", "'code' is not carried out: the run fails.")
        );
        var done = File(["accepted", "step-dispatched plan 1", "step-completed plan 1"]).AsOf(3);
        BallotFollows.Of(done, "code", ["allow"])[""].ShouldContain("what was done before is undone");
        var optional = file with { Plan = [.. file.Plan.Select(step => step with { Optional = true })] };
        BallotFollows.Of(optional, "code", ["allow"])[""].ShouldContain("the run goes on");
    }

    [Fact, Trait("req", "TRC-03")]
    public void Messages_are_told_with_their_contracts_and_who_sent_them()
    {
        var flow = RunMessages.Of(File(Failed), [], []);
        flow.Lanes.ShouldBe(["me", "run", "timer", "agent planner", "agent coder", "agent undoer"], ignoreOrder: true);
        flow.Arrows.Where(arrow => arrow.StepId == "code")
            .Select(arrow => $"{arrow.From} > {arrow.To} {arrow.Contract} {arrow.Kind}")
            .ShouldBe([
                "timer > run run.timer-due.v1 control",
                "run > agent coder step.execute.v1 work",
                "agent coder > run step.failed.v1 failure",
                "timer > run run.timer-due.v1 control",
                "run > agent coder step.execute.v1 retry",
                "agent coder > run step.failed.v1 failure",
            ]);
    }

    [Fact, Trait("req", "TRC-03")]
    public void The_graph_is_bounded_and_says_so()
    {
        string[] many = ["accepted requester=me", .. Enumerable.Range(0, 3_000).Select(i => $"stale plan {i}")];
        var graph = RunGraph.Of(File(many), new CausalSources([], [], [], [], [], []));
        graph.Nodes.Count.ShouldBe(RunGraph.Most);
        graph.More.ShouldBeTrue();
        var ids = graph.Nodes.Select(node => node.Id).ToHashSet();
        graph.Edges.ShouldAllBe(edge => ids.Contains(edge.From) && ids.Contains(edge.To));
    }

    [Fact, Trait("req", "TRC-09")]
    public void The_first_difference_is_the_earliest_whatever_the_order_of_parallel_steps()
    {
        string[] a =
        [
            "accepted requester=me",
            "step-dispatched plan 1",
            "step-dispatched code 1",
            "step-completed plan 1",
            "step-completed code 1",
        ];
        string[] b =
        [
            "accepted requester=me",
            "step-dispatched code 1",
            "step-dispatched plan 1",
            "step-completed code 1",
            "step-completed plan 1",
        ];
        string[] c =
        [
            "accepted requester=me",
            "step-dispatched code 1",
            "step-dispatched plan 1",
            "step-retry code 1 reason=BUSY,delayMs=7",
            "step-completed plan 1",
        ];
        Compare(a, b).First.ShouldBeNull();
        Compare(a, c).First.ShouldBe(new FirstDifference(5, 4, "code", "step-completed in the first, step-retry: BUSY in the second"));
        string[] d = [.. c.Select(line => line.Replace("BUSY,delayMs=7", "BUSY,delayMs=9", StringComparison.Ordinal))];
        Compare(c, d).First.ShouldBeNull();
        string[] e = [.. c.Select(line => line.Replace("BUSY", "AWAY", StringComparison.Ordinal))];
        Compare(c, e).First!.What.ShouldBe("step-retry: BUSY in the first, step-retry: AWAY in the second");
        Compare(a, [.. a.Take(3)])
            .First.ShouldBe(new FirstDifference(4, null, "plan", "step-completed in the first, nothing more in the second"));
    }

    [Fact, Trait("req", "TRC-09")]
    public void Runs_of_different_plans_can_be_compared()
    {
        var a = File(Failed);
        var b = a with { Plan = [a.Plan[0], Step(1, "other", "coder", "plan")] };
        RunCompare
            .Of(Summary, a, Summary, b)
            .Steps.Select(step => $"{step.StepId} {step.InA} {step.InB} {step.Same}")
            .ShouldBe(["plan True True True", "code True False False", "publish True False False", "other False True False"]);
    }

    [Fact]
    public void An_entry_says_what_it_changed()
    {
        var change = RunChange.Of(File(Failed), 7)!;
        change
            .Changes.Select(one => $"{one.Path}: {one.Before} > {one.After}")
            .ShouldBe([
                "status: running > compensating",
                "reason:  > NON_RETRYABLE",
                "steps.code.status: dispatched > failed",
                "steps.code.reason: PROVIDER_LIMIT > NON_RETRYABLE",
                "steps.code.waitingOn: agent coder > ",
            ]);
        RunChange.Of(File(Failed), 1)!.Before.ShouldBeNull();
        RunChange.Of(File(Failed), 99).ShouldBeNull();
    }

    private static JournalRow Line(int seconds, string kind, string? status) =>
        new(
            seconds,
            Start.AddSeconds(seconds),
            kind,
            "plan",
            false,
            1,
            "w",
            "pay@1",
            "keyed",
            "key",
            status,
            null,
            status is null ? null : "lost",
            null,
            null,
            null,
            null,
            null,
            null
        );

    private static LetterRow Letter(int parkedAt, int settledAt) =>
        new(
            1,
            "in",
            "runs",
            "POISON",
            "",
            null,
            Start.AddSeconds(parkedAt),
            1,
            "x",
            Guid.Empty,
            null,
            "discarded",
            "f",
            null,
            null,
            Start.AddSeconds(settledAt),
            "ann",
            null
        );

    private static BallotSummary Ballot(Guid id, string by, string? option) =>
        new(id, "default", null, "p.1", "T1", "me", "?", [], 3, 1, "decided", "DISSENT_ESCALATED", option, by, 1, Start, null, Start);

    private static RunComparison Compare(string[] a, string[] b) => RunCompare.Of(Summary, File(a), Summary, File(b));

    private static string Story(string[] history)
    {
        var file = File(history);
        return RunStory.Of(RunAt.Of(file.Plan, file.History), Start, Start.AddSeconds(12), stuck: null);
    }

    private static string Seconds(DateTimeOffset? time) => time is { } at ? $"{(at - Start).TotalSeconds:0}" : "";

    private static RunSummary Summary =>
        new(
            Guid.Empty,
            "default",
            "patch",
            "failed",
            null,
            "me",
            null,
            Start,
            Start,
            null,
            null,
            null,
            null,
            0,
            3,
            0,
            null,
            null,
            null,
            null,
            false,
            null,
            [],
            0,
            0,
            1
        );

    /// <summary>Entries as <c>event step attempt name=value,...</c>, a second apart, each of a message of its own.</summary>
    private static RunFile File(string[] history) =>
        new(
            new RunRow(Guid.Empty, "default", "patch", "failed", null, "me", null, Start, null, null, null, [], Guid.Empty),
            null,
            [Step(0, "plan", "planner"), Step(1, "code", "coder", "plan"), Step(2, "publish", "coder", "code")],
            [],
            [.. history.Select((line, i) => Entry(i + 1, line.Split(' ')))]
        );

    private static PlanStepRow Step(int position, string id, string agent, params string[] after) =>
        new(position, id, agent, after, false, false, "undoer", null, null, false);

    private static RunEvent Entry(int seq, string[] words)
    {
        var said = words
            .Skip(1)
            .Where(word => word.Contains('='))
            .SelectMany(word => word.Split(','))
            .Select(word => word.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        var step = words.ElementAtOrDefault(1) is { } id && !id.Contains('=') ? id : null;
        var attempt = int.TryParse(words.ElementAtOrDefault(2), out var number) ? number : (int?)null;
        return new RunEvent(
            seq,
            Start.AddSeconds(seq - 1),
            words[0],
            step,
            attempt,
            said,
            Guid.CreateVersion7(Start.AddSeconds(seq)),
            null
        );
    }
}
