using System.Security.Cryptography;
using System.Text;
using Coordination.Faults.Checker;
using Coordination.Faults.Matrix;

namespace Coordination.Faults.Tests;

/// <summary>The checks of the crash matrix find nothing in a clean run, and in the same run with one thing wrong what it is.</summary>
public sealed class A_matrix_checker_with_planted_faults
{
    private static readonly Guid Done = Guid.Parse("00000000-0000-0000-0000-000000000001");
    private static readonly Guid Undone = Guid.Parse("00000000-0000-0000-0000-000000000002");
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Classes = ["idempotent", "keyed", "probed", "irreversible"];

    /// <summary>A run of one step, and one whose step was undone after the second had failed.</summary>
    private static readonly MatrixEvidence Clean = new()
    {
        Fleet = new Evidence
        {
            Submissions = [new(Done, "one", "ok"), new(Undone, "undone", "ok")],
            Runs = [new(Done, "completed"), new(Undone, "failed")],
            History =
            [
                Line(Done, 1, "step-completed", "s1"),
                Line(Done, 2, "ended"),
                Line(Undone, 1, "step-completed", "s1"),
                Line(Undone, 2, "step-failed", "s2"),
                Line(Undone, 3, "step-compensating", "s1"),
                Line(Undone, 4, "step-compensated", "s1"),
                Line(Undone, 5, "ended"),
            ],
            Settled = TimeSpan.FromSeconds(1),
            SettlesWithin = TimeSpan.FromSeconds(60),
        },
        Calls = [.. Ids().Select(Call), Call(new(Done, "s1", false, "pure")), Call(new(Undone, "s1", false, "pure"))],
        Effects = [.. Ids().Where(id => id.Class != "idempotent").Select((id, i) => new SinkEffect(id, Key(id), i))],
        States = [new(Done, "s1", "done"), new(Undone, "s1", "undone")],
        Records = [.. Ids().Select(id => new EffectRecord(id, Key(id), "succeeded", 1))],
        Journal = Chained(Ids().SelectMany(id => new[] { (id, "intent"), (id, "outcome") })),
    };

    [Fact]
    public void Finds_nothing_in_a_clean_run() => MatrixChecks.Check(Clean).ShouldBeEmpty();

    [Theory]
    [InlineData("keyed", "E2")]
    [InlineData("probed", "E3")]
    [InlineData("irreversible", "E4")]
    public void Finds_an_effect_that_happened_twice_or_never(string effectClass, string invariant)
    {
        var one = Clean.Effects.First(effect => effect.Of.Class == effectClass);

        Found(Clean with { Effects = [.. Clean.Effects, one] }).ShouldContain(invariant);
        Found(Clean with { Effects = [.. Clean.Effects.Except([one])] }).ShouldContain(invariant);
    }

    [Fact]
    public void Finds_a_state_that_is_not_the_last_one_set() =>
        Found(Clean with { States = [new(Done, "s1", "done"), new(Undone, "s1", "done")] }).ShouldContain("E1");

    [Fact]
    public void Finds_a_step_that_never_read() =>
        Found(Clean with { Calls = [.. Clean.Calls.Where(call => call.Of.Class != "pure")] }).ShouldContain("E0");

    [Fact]
    public void Finds_a_second_call_of_what_cannot_be_repeated()
    {
        var again = Clean.Calls.First(call => call.Of.Class == "irreversible") with { Intents = 2 };

        Found(Clean with { Calls = [.. Clean.Calls, again] }).ShouldContain("E4");
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "outcome")]
    public void Finds_a_call_without_an_open_intent(int intents, string last) =>
        Found(Clean with { Calls = [.. Clean.Calls.Skip(1), Clean.Calls[0] with { Intents = intents, LastRecord = last }] })
            .ShouldContain("WAL-01");

    [Fact]
    public void Finds_an_effect_under_two_keys() =>
        Found(Clean with { Calls = [.. Clean.Calls, Clean.Calls[0] with { Key = "another" }] }).ShouldContain("IDM-02");

    [Fact]
    public void Finds_an_effect_that_stays_open() =>
        Found(Clean with { Records = [.. Clean.Records.Skip(1), Clean.Records[0] with { Status = "open" }] }).ShouldContain("WAL-13");

    [Fact]
    public void Finds_a_record_that_is_missing_or_was_changed()
    {
        Found(Clean with { Journal = [.. Clean.Journal.Where((_, i) => i != 1)] }).ShouldContain("WAL-03");
        Found(
                Clean with
                {
                    Journal =
                    [
                        Clean.Journal[0] with
                        {
                            Fields =
                            [
                                [1],
                            ],
                        },
                        .. Clean.Journal.Skip(1),
                    ],
                }
            )
            .ShouldContain("WAL-03");
    }

    [Fact]
    public void Finds_an_effect_that_is_begun_after_its_end()
    {
        var id = Ids().First();

        Found(Clean with { Journal = Chained([(id, "intent"), (id, "outcome"), (id, "intent"), (id, "outcome")]) })
            .ShouldBe(["WAL-04", "WAL-02"], ignoreOrder: true);
    }

    [Fact]
    public void Finds_a_dead_worker_nobody_replaced_in_time()
    {
        ClaimChange[] claims =
        [
            new(Done, 1, "a", "open", Noon, Noon.AddSeconds(-2)),
            new(Done, 2, "b", "open", Noon.AddSeconds(9), Noon.AddSeconds(7)),
            new(Done, 2, "b", "done", Noon.AddSeconds(8), Noon.AddSeconds(8)),
        ];
        var late = Clean with { Fleet = Clean.Fleet with { Claims = claims }, ResumesWithin = TimeSpan.FromSeconds(5) };

        Found(late with { Workers = [new("worker2", Noon.AddSeconds(-9), Noon.AddSeconds(9))] }).ShouldBe(["WAL-04"]);
        Found(late with { Workers = [new("worker2", Noon.AddSeconds(4), Noon.AddSeconds(9))] }).ShouldBeEmpty();
    }

    [Fact]
    public void Finds_a_run_that_ended_otherwise_than_it_was_made_to() =>
        Found(Clean with { Fleet = Clean.Fleet with { Runs = [new(Done, "failed"), new(Undone, "failed")] } }).ShouldContain("I-1");

    private static IReadOnlyList<string> Found(MatrixEvidence evidence) =>
        [.. MatrixChecks.Check(evidence).Select(violation => violation.Invariant).Distinct()];

    private static IEnumerable<EffectId> Ids() =>
        new[] { (Done, false), (Undone, false), (Undone, true) }.SelectMany(of =>
            Classes.Select(name => new EffectId(of.Item1, "s1", of.Item2, name))
        );

    private static string Key(EffectId id) => $"{id.RunId:N}-{id.Undo}-{id.Class}";

    private static SinkCall Call(EffectId id) => new(id, Key(id), 1, "intent", "", Answered: true);

    private static HistoryLine Line(Guid run, int number, string type, string? step = null) => new(run, number, Noon, type, step, 1);

    private static List<JournalLine> Chained(IEnumerable<(EffectId Of, string Kind)> records)
    {
        var lines = new List<JournalLine>();
        foreach (var run in records.GroupBy(record => record.Of.RunId))
        {
            var (before, number) = (new byte[SHA256.HashSizeInBytes], 1);
            foreach (var (of, kind) in run)
            {
                byte[]?[] fields = [Encoding.UTF8.GetBytes(Key(of)), null];
                var status = kind == "intent" ? null : "succeeded";
                var line = new JournalLine(run.Key, number++, kind, of.StepId, of.Undo, Key(of), status, fields, []);
                before = line.HashAfter(before);
                lines.Add(line with { Hash = before });
            }
        }

        return lines;
    }
}
