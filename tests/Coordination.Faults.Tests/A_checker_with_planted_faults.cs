using Coordination.Faults.Checker;

namespace Coordination.Faults.Tests;

/// <summary>
/// A checker that finds nothing is no evidence: every invariant is shown a clean run, in which it finds nothing, and the same run with one thing wrong,
/// which it names.
/// </summary>
public sealed class A_checker_with_planted_faults
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid One = Guid.Parse("00000000-0000-0000-0000-000000000001");
    private static readonly Guid Chain = Guid.Parse("00000000-0000-0000-0000-000000000002");
    private static readonly Guid Key = Guid.Parse("00000000-0000-0000-0000-00000000000a");
    private static readonly Guid Claim = Guid.Parse("00000000-0000-0000-0000-00000000000c");
    private static readonly Guid Sent = Guid.Parse("00000000-0000-0000-0000-0000000000f1");
    private static readonly Guid Timer = Guid.Parse("00000000-0000-0000-0000-0000000000f2");

    /// <summary>A run of one step that was tried twice, and a chain that failed at its third step and was undone.</summary>
    private static readonly Evidence Clean = new()
    {
        Submissions = [new(One, "one-falters", "ok"), new(Chain, "chain-undone", "ok"), new(Guid.NewGuid(), "too-large", "failed")],
        Runs = [new(One, "completed"), new(Chain, "failed")],
        History =
        [
            Line(One, 1, "step-dispatched", "only", 1),
            Line(One, 2, "step-retry", "only", 1) with
            {
                Delay = TimeSpan.FromSeconds(2),
            },
            Line(One, 3, "step-dispatched", "only", 2) with
            {
                At = Noon.AddSeconds(4),
            },
            Line(One, 4, "step-completed", "only", 2),
            Line(One, 5, "ended"),
            Line(Chain, 1, "step-dispatched", "s1", 1),
            Line(Chain, 2, "step-completed", "s1", 1),
            Line(Chain, 3, "step-dispatched", "s2", 1),
            Line(Chain, 4, "step-completed", "s2", 1),
            Line(Chain, 5, "step-failed", "s3", 1),
            Line(Chain, 6, "step-compensated", "s2", 2),
            Line(Chain, 7, "step-compensated", "s1", 2),
            Line(Chain, 8, "ended"),
        ],
        Effects =
        [
            new("a", One, "only", "do"),
            new("b", Chain, "s1", "do"),
            new("c", Chain, "s2", "do"),
            new("d", Chain, "s1", "undo"),
            new("e", Chain, "s2", "undo"),
        ],
        Calls = [new("a", One, "only", "do", 1, "w"), new("a", One, "only", "do", 1, "w"), new("a", One, "only", "do", 2, "w")],
        RepeatsAllowed = 1,
        Stored =
        [
            new(Sent, "agent-alpha", Timer: false, Mandatory: true, Noon),
            new(Timer, "coordination-runs", Timer: true, Mandatory: true, Noon),
            new(Guid.NewGuid(), "coordination.run-completed.v1", Timer: false, Mandatory: false, Noon),
        ],
        Handled = [new(Guid.NewGuid(), Sent)],
        Sent = [new(Key, 1), new(Key, 2), new(Key, 3)],
        Applied = [new(Key, 1), new(Key, 2), new(Key, 3)],
        Claims =
        [
            Change(1, "w1", "open", expires: 3, at: 0),
            Change(1, "w1", "open", expires: 5, at: 2),
            Change(2, "w2", "open", expires: 9, at: 6),
            Change(2, null, "open", expires: 7, at: 7),
            Change(3, "w1", "open", expires: 11, at: 8),
            Change(3, "w1", "done", expires: 9, at: 9),
        ],
        Queues = [new("agent-alpha", 0)],
        Settled = TimeSpan.FromSeconds(10),
        SettlesWithin = TimeSpan.FromSeconds(60),
        RetriesWithin = TimeSpan.FromSeconds(5),
    };

    public static TheoryData<string, string, Func<Evidence, Evidence>> Planted =>
        new()
        {
            { "a run that never ended", "I-1", e => e with { Runs = [new(One, "running"), e.Runs[1]] } },
            { "a run that ended twice", "I-1", e => e with { History = [.. e.History, Line(One, 6, "ended")] } },
            { "a run that ended otherwise than it was made to", "I-1", e => e with { Runs = [new(One, "failed"), e.Runs[1]] } },
            {
                "an accepted run without a trace",
                "I-2",
                e => e with { Submissions = [.. e.Submissions, new(Guid.NewGuid(), "one", "ok")] }
            },
            {
                "a refused run that exists",
                "I-2",
                e => e with { Submissions = [new(One, "one-falters", "failed"), .. e.Submissions.Skip(1)] }
            },
            { "a run nobody submitted", "I-2", e => e with { Submissions = [.. e.Submissions.Skip(1)] } },
            { "an effect that happened twice", "I-3", e => e with { Effects = [.. e.Effects, new("a2", One, "only", "do")] } },
            { "a done step without an effect", "I-3", e => e with { Effects = [.. e.Effects.Skip(1)] } },
            { "an effect of a step that was not done", "I-3", e => e with { Effects = [.. e.Effects, new("f", Chain, "s3", "do")] } },
            { "an undone step that was not", "I-3", e => e with { Effects = [.. e.Effects.Take(4)] } },
            { "an effect of no run", "I-3", e => e with { Effects = [.. e.Effects, new("g", Guid.NewGuid(), "only", "do")] } },
            { "a second key for the same step", "I-3", e => e with { Calls = [.. e.Calls, new("a2", One, "only", "do", 3, "w")] } },
            { "a lost message", "I-4", e => e with { Handled = [] } },
            { "a message handled twice", "I-4", e => e with { Handled = [.. e.Handled, new(Guid.NewGuid(), Sent)] } },
            { "a message stored twice", "I-4", e => e with { Stored = [.. e.Stored, e.Stored[0]] } },
            { "a message still in the outbox", "I-4", e => e with { Pending = 1 } },
            { "a message still in a queue", "I-4", e => e with { Queues = [new("agent-alpha_error", 1)] } },
            { "a parked message", "I-4", e => e with { Parked = [new("in", "agent-alpha", Guid.NewGuid(), "NON_RETRYABLE")] } },
            { "a message nobody sent", "I-5", e => e with { Handled = [.. e.Handled, new(Guid.NewGuid(), Guid.NewGuid())] } },
            { "more repetitions than faults explain", "I-6", e => e with { Calls = [.. e.Calls, e.Calls[0]] } },
            { "two messages in the wrong order", "I-7", e => e with { Applied = [new(Key, 1), new(Key, 3), new(Key, 2)] } },
            { "a message applied twice", "I-7", e => e with { Applied = [new(Key, 1), new(Key, 2), new(Key, 2), new(Key, 3)] } },
            { "the last message missing", "I-7", e => e with { Applied = [new(Key, 1), new(Key, 2)] } },
            { "a key nobody sent", "I-7", e => e with { Applied = [.. e.Applied, new(Guid.NewGuid(), 1)] } },
            { "a claim taken from a live holder", "I-8", Instead(2, Change(2, "w2", "open", expires: 9, at: 4)) },
            { "a write with an old epoch", "I-8", Instead(4, Change(1, "w1", "open", expires: 11, at: 8)) },
            { "two owners of one epoch", "I-8", Instead(5, Change(3, "w2", "done", expires: 9, at: 9)) },
            { "a change after the end", "I-8", e => e with { Claims = [.. e.Claims, Change(4, "w2", "open", expires: 20, at: 15)] } },
            { "a claim left open", "I-8", e => e with { Claims = [.. e.Claims.SkipLast(1)] } },
            { "a completed run that was undone", "I-16", e => e with { Runs = [e.Runs[0], new(Chain, "completed")] } },
            { "steps undone in the wrong order", "I-16", e => e with { History = Swapped(e.History, 10, 11) } },
            { "a done step that was left", "I-16", e => e with { History = [.. e.History.Where(line => line.Sequence != 7)] } },
            { "a step undone twice", "I-16", e => e with { History = [.. e.History, Line(Chain, 9, "step-compensated", "s1", 3)] } },
            { "a gap in a history", "I-16", e => e with { History = [.. e.History.Where(line => line is not { Sequence: 1 })] } },
            { "a timer that fired twice", "I-17", e => e with { History = [.. e.History, Line(One, 6, "step-dispatched", "only", 2)] } },
            { "a timer that fired early", "I-17", At(2, Noon.AddSeconds(0.5)) },
            { "a timer that fired late", "I-17", At(2, Noon.AddSeconds(9)) },
            { "no rest", "I-18", e => e with { Settled = null } },
            { "rest too late", "I-18", e => e with { Settled = TimeSpan.FromSeconds(61) } },
        };

    [Fact]
    public void Finds_nothing_wrong_with_a_clean_run() => Invariants.Check(Clean).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Planted), DisableDiscoveryEnumeration = true)]
    public void Names_what_is_wrong(string what, string invariant, Func<Evidence, Evidence> plant)
    {
        what.ShouldNotBeEmpty();

        Invariants.Check(plant(Clean)).ShouldContain(violation => violation.Invariant == invariant, what);
    }

    [Fact]
    public void Excuses_what_was_in_a_queue_that_was_deleted()
    {
        var deleted = new FaultRecord(FaultClass.QueueDeleted, "agent-alpha", Noon, Noon.AddSeconds(1), 5);

        Invariants.Check(Clean with { Handled = [], Faults = [deleted] }).ShouldBeEmpty();
        Invariants.Check(Clean with { Handled = [], Faults = [deleted with { Target = "agent-beta" }] }).ShouldNotBeEmpty();
    }

    [Fact]
    public void Excuses_a_late_timer_by_as_much_as_a_fault_took()
    {
        var outage = new FaultRecord(FaultClass.DatabaseCrashed, "database", Noon.AddSeconds(2), Noon.AddSeconds(20), 5);

        Invariants.Check(At(2, Noon.AddSeconds(44))(Clean) with { Faults = [outage] }).ShouldBeEmpty();
        Invariants.Check(At(2, Noon.AddSeconds(46))(Clean) with { Faults = [outage] }).ShouldNotBeEmpty();
    }

    private static HistoryLine Line(Guid run, int sequence, string type, string? step = null, int? attempt = null) =>
        new(run, sequence, Noon, type, step, attempt);

    private static ClaimChange Change(long epoch, string? owner, string state, int expires, int at) =>
        new(Claim, epoch, owner, state, Noon.AddSeconds(expires), Noon.AddSeconds(at));

    private static Func<Evidence, Evidence> Instead(int index, ClaimChange change) =>
        e => e with { Claims = [.. e.Claims.Select((one, i) => i == index ? change : one)] };

    private static Func<Evidence, Evidence> At(int index, DateTimeOffset at) =>
        e => e with { History = [.. e.History.Select((line, i) => i == index ? line with { At = at } : line)] };

    private static IReadOnlyList<HistoryLine> Swapped(IReadOnlyList<HistoryLine> lines, int one, int other) =>
        [
            .. lines.Select(
                (line, i) =>
                    i == one ? lines[other] with { Sequence = line.Sequence }
                    : i == other ? lines[one] with { Sequence = line.Sequence }
                    : line
            ),
        ];
}
