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
        var timeline = RunTimeline.Of(File(Failed), Start.AddSeconds(12), upTo: 6);
        timeline.To.ShouldBe(Start.AddSeconds(5));
        timeline.Lanes[1].Bars[^1].Outcome.ShouldBe("open");
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
