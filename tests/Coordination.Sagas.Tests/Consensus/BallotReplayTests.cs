using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coordination.Sagas.Consensus;
using CsCheck;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>Every honest record verifies, whenever it was written; and none does with a line that says something else.</summary>
[Trait("req", "VOTE-19")]
public sealed class BallotReplayTests
{
    private static readonly int Iterations = int.TryParse(
        Environment.GetEnvironmentVariable("COORDINATION_PROPERTY_ITERATIONS"),
        CultureInfo.InvariantCulture,
        out var wanted
    )
        ? wanted
        : 200;

    private static readonly Gen<BallotScript> Honest = Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue].Array[0, 40])
        .Select(
            (seed, choices) =>
            {
                var world = new RandomBallot(new Random(seed));
                foreach (var choice in choices)
                    world.Happen(choice);
                return world.LetEveryTimerFire();
            }
        );

    [Fact]
    public void An_honest_record_has_no_fault() =>
        Honest.Sample(ballot => BallotAudit.Faults(ballot.Lines, ballot.State.RecordHash).ShouldBeEmpty(), iter: Iterations);

    [Fact]
    public void Nor_has_one_of_before_it_was_recorded_where_votes_came_from() =>
        Honest.Sample(
            ballot => BallotAudit.Faults(Records.Chained(ballot.Lines.Select(line => Records.InTheOlderForm(line.Text)))).ShouldBeEmpty(),
            iter: Iterations
        );

    /// <summary>Written by the version before records were replayed, and never to be written anew.</summary>
    [Fact]
    public void Records_of_the_version_before_verify()
    {
        var kept = JsonNode.Parse(File.ReadAllText(Path.Combine(Here(), "Records", "before-replay.json")))!.AsObject();
        var kinds = new HashSet<string>();
        foreach (var (name, lines) in kept)
        {
            (string Text, string Hash)[] record =
            [
                .. lines!.AsArray().Select(line => (line!["text"]!.GetValue<string>(), line["hash"]!.GetValue<string>())),
            ];
            BallotAudit.Faults(record).ShouldBeEmpty(name);
            kinds.UnionWith(record.Select(line => BallotRecord.Parse(line.Text).Kind));
            record.ShouldAllBe(line => Records.InTheOlderForm(line.Text) == JsonNode.Parse(line.Text)!.ToJsonString(), name);
        }
        kinds.Count.ShouldBe(12, "every kind of line there is");
    }

    [Fact]
    public void A_line_that_is_missing_or_there_twice_is_found() =>
        Gen.Select(Honest, Gen.Int[0, 1000], Gen.Bool)
            .Sample(
                (ballot, place, twice) =>
                {
                    var lines = ballot.Record.ToList();
                    var i = place % lines.Count;
                    if (twice)
                        lines.Insert(i, lines[i]);
                    else
                        lines.RemoveAt(i);
                    // Whoever takes away a vote, an answer or a report that changed nothing else, or repeats what did not count, leaves a history that could have been.
                    if (!CouldHaveBeen(ballot.Record[i], ballot.Record.Count, twice))
                        BallotAudit.Faults(Records.Forged(lines)).ShouldNotBeEmpty();
                },
                iter: Iterations,
                print: t => $"{t.Item2}, {t.Item3}: {string.Join(' ', t.Item1.Record.Select(line => line.Kind))}"
            );

    [Fact]
    public void Any_member_the_rules_wrote_is_found_when_it_says_something_else() =>
        Gen.Select(Honest, Gen.Int[0, 1000], Gen.Int[0, 1000])
            .Sample(
                (ballot, place, member) =>
                {
                    var texts = ballot.Lines.Select(line => line.Text).ToList();
                    var own = ballot.Record.Where(line => line is { Close: not null } or { Decision: not null }).ToArray();
                    var line = own[place % own.Length];
                    var (forged, path) = Forge(texts[line.Seq - 1], member);
                    texts[line.Seq - 1] = forged;

                    var faults = BallotAudit.Faults(Records.Chained(texts));

                    faults.ShouldContain(fault => fault.StartsWith($"line {line.Seq}: {path} is ", StringComparison.Ordinal), path);
                },
                iter: Iterations
            );

    private static (string Text, string Path) Forge(string text, int member)
    {
        var line = JsonNode.Parse(text)!.AsObject();
        var owner = line["close"] is not null ? "close" : "decision";
        var members = line[owner]!.AsObject();
        var names = members.Where(m => m.Value is JsonValue).Select(m => m.Key).ToArray();
        var name = names[member % names.Length];
        // Of the same kind, or the line could not be read at all.
        members[name] = members[name]!.GetValueKind() switch
        {
            JsonValueKind.Number => 77,
            JsonValueKind.True => false,
            JsonValueKind.False => true,
            _ => JsonValue.Create("forged"),
        };
        return (line.ToJsonString(), $"{owner}.{name}");
    }

    private static bool CouldHaveBeen(BallotRecord line, int lines, bool twice) =>
        line switch
        {
            { Vote: { } vote } => !twice || vote.Detail is not null,
            { Answer: { } answer } => !twice || answer.Refusal is not null,
            { Kind: BallotRecordKind.Outcome } => !twice,
            // The end of people's time is a line of its own, so a record may end before it: the ballot's row tells.
            { Decision.DecidedBy: "nobody" } => !twice && line.Seq == lines,
            _ => false,
        };

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
