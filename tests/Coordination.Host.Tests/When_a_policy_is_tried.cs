using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Coordination.Host.CommandLine;
using Coordination.Sagas.Tests.Consensus;
using Coordination.Sagas.Tests.Consensus.Reference;

namespace Coordination.Host.Tests;

/// <summary>A person tries a policy on votes in a file; no server is needed.</summary>
[Trait("req", "VOTE-02")]
public sealed class When_a_policy_is_tried
{
    private const string Refund = """
        { "options": ["refund", "review"], "flags": ["fraud"],
          "electorate": [{ "voter": "a", "family": "x" }, { "voter": "b", "family": "x" }, { "voter": "c", "family": "y", "expertDomains": ["fraud"] }],
          "votes": [{ "voter": "a", "choice": "refund" }, { "voter": "b", "choice": "refund" }, { "voter": "c", "choice": "review" }] }
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    [Fact, Trait("req", "VOTE-07")]
    public async Task People_get_outcome_tally_and_numbered_reasons()
    {
        var typed = await SimulateAsync(Refund);

        typed.ExitCode.ShouldBe(ExitCode.Ok, typed.Error);
        typed.Error.ShouldBeEmpty();
        var lines = typed.Out.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0).ToArray();
        lines[0].ShouldBe("DISSENT_ESCALATED");
        lines.ShouldContain(line =>
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries).SequenceEqual(new[] { "refund", "2", "66.7", "%" })
        );
        lines.ShouldContain(line =>
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries).SequenceEqual(new[] { "review", "1", "33.3", "%" })
        );
        lines[^3].ShouldBe(" 1  Majority: floor(3/2)+1 = 2; 3 electors.");
        lines[^1].ShouldBe(" 3  Dissent: c, an expert for fraud, says review; refund is not executed without a person.");
    }

    [Fact]
    public async Task Machines_get_exactly_five_members()
    {
        var typed = await SimulateAsync(Refund, "--json");

        typed
            .Json.EnumerateObject()
            .Select(member => member.Name)
            .ShouldBe(["outcome", "option", "tally", "electorateWeight", "explanation"]);
        typed.Json.GetProperty("option").ValueKind.ShouldBe(JsonValueKind.Null);
        typed.Json.GetProperty("tally").GetRawText().Replace(" ", "").Replace("\n", "").ShouldBe("""{"refund":2,"review":1}""");
    }

    [Fact]
    public async Task A_weighted_policy_shows_weights()
    {
        var typed = await SimulateAsync(
            With(Refund, "policy", """{ "rule": "weighted", "dissentConfidence": 1 }""", "flags", "[]"),
            "--json"
        );

        typed.Json.GetProperty("outcome").GetString().ShouldBe("DECIDED");
        typed.Json.GetProperty("option").GetString().ShouldBe("refund");
        typed.Json.GetProperty("electorateWeight").GetDouble().ShouldBe(7 / 3.0, 1e-12);
        typed.Json.GetProperty("tally").GetProperty("review").GetDouble().ShouldBe(1);
    }

    [Fact, Trait("req", "VOTE-11")]
    public async Task Votes_that_do_not_count_are_named_and_are_no_fault()
    {
        var typed = await SimulateAsync(
            With(
                Refund,
                "votes",
                """
                [{ "voter": "z", "choice": "refund" }, { "voter": "a", "choice": "nothing" }, { "voter": "a", "choice": "refund", "confidence": 1.5 },
                 { "voter": "a", "choice": "refund", "confidence": "NaN" }, { "voter": "a", "choice": "refund", "confidence": 0.1 },
                 { "voter": "a", "choice": "review" }, { "voter": "b", "choice": "RECUSED", "confidence": null }]
                """
            )
        );

        typed.ExitCode.ShouldBe(ExitCode.Ok);
        typed
            .Error.TrimEnd()
            .Split('\n')
            .Select(line => line.TrimEnd())
            .ShouldBe([
                "votes[0]: z is not in the electorate: recorded, not counted.",
                "votes[1]: a chose 'nothing', which is no option: recorded, not counted.",
                "votes[2]: a gave a confidence that is not 0 to 1: recorded, not counted.",
                "votes[3]: a gave a confidence that is not 0 to 1: recorded, not counted.",
                "votes[5]: a voted before: the first vote counts.",
            ]);
        typed.Out.ShouldContain("a is 0.1 sure, below the floor of 0.6: counts as an abstention.");
        typed.Out.ShouldContain("b is recused: counts as an abstention.");
    }

    [Fact]
    public async Task Random_ballots_have_the_outcome_of_the_rule()
    {
        var random = new Random(2);
        for (var i = 0; i < 1_000; i++)
        {
            var ballot = RandomBallots.Next(random);
            var expected = ballot.Decide();

            var typed = await SimulateAsync(JsonSerializer.Serialize(ballot, Json), "--json");

            typed.ExitCode.ShouldBe(ExitCode.Ok, typed.Error);
            typed.Json.GetProperty("outcome").GetString().ShouldBe(expected.Outcome.Name());
            typed.Json.GetProperty("option").GetString().ShouldBe(expected.Option);
            typed.Json.GetProperty("electorateWeight").GetDouble().ShouldBe(expected.ElectorateWeight);
            typed.Json.GetProperty("tally").Deserialize<Dictionary<string, double>>().ShouldBe(expected.Tally, ignoreOrder: true);
            typed.Json.GetProperty("explanation").Deserialize<string[]>().ShouldBe(expected.Explanation);
        }
    }

    [Fact]
    public async Task Every_fault_is_printed_with_its_place()
    {
        const string Bad = """
            { "policy": { "rule": "majorty", "treshold": "1/2", "k": "two", "rho": 2, "rho": 1, "silentVeto": null, "threshold": "3/4" },
              "options": ["refund", 3], "domain": 7, "flags": "fraud", "electorat": [],
              "electorate": [{ "voter": "a", "judged": 1.5, "correct": 3 }, 7, { "voter": "a", "judged": 1, "correct": 2, "brier": 1.1 }, { "vetoDomains": {} }],
              "votes": [{ "voter": "a", "choice": "refund", "at": "yesterday" }, { "voter": "a", "choice": null, "confidence": "sure" }, [],
                        { "voter": "a", "choice": "refund", "at": "2026-01-01T00:00:00", "veto": { "raison": "x" } }, { "voter": "\ud800", "choice": "x" }],
              "deadlinePassed": "no" }
            """;

        var typed = await SimulateAsync(Bad, "--json");

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        string[] places =
        [
            "policy.rule",
            "policy.treshold",
            "policy.k",
            "policy.rho",
            "policy.silentVeto",
            "policy.threshold",
            "options[1]",
            "domain",
            "flags",
            "electorat",
            "electorate[0].judged",
            "electorate[1]",
            "electorate[2].voter",
            "electorate[2].correct",
            "electorate[2].brier",
            "electorate[3].voter",
            "electorate[3].vetoDomains",
            "votes[0].at",
            "votes[1].choice",
            "votes[1].confidence",
            "votes[2]",
            "votes[3].at",
            "votes[3].veto.raison",
            "votes[4].voter",
            "deadlinePassed",
        ];
        var details = typed.Json.GetProperty("error").GetProperty("details").EnumerateArray().ToArray();
        details.Select(fault => fault.GetProperty("path").GetString()).ShouldBe(places, ignoreOrder: true);
        foreach (var place in places)
            typed.Error.ShouldContain($"  {place} ");
        typed.Error.ShouldContain("did you mean 'majority'?");
        typed.Error.ShouldContain("did you mean 'threshold'?");
        typed.Error.ShouldContain("did you mean 'electorate'?");
        typed.Error.ShouldContain("is there twice");
    }

    [Theory]
    [InlineData("""{ "rule": "kOfN", "k": 4 }""", "policy.k is 4 and must be 1 to 3")]
    [InlineData("""{ "rule": "kOfN" }""", "policy.k is 0 and must be 1 to 3")]
    [InlineData("""{ "rule": "byzantine" }""", "electorate has 3 voters; the byzantine rule needs 4")]
    [InlineData("""{ "diversity": 0 }""", "policy.diversity is 0")]
    [InlineData("""{ "confidenceFloor": -0.1 }""", "policy.confidenceFloor is -0.1")]
    [InlineData("""{ "dissentConfidence": 1e999 }""", "policy.dissentConfidence is")]
    [InlineData("[]", "policy must be an object")]
    public async Task A_rule_that_cannot_be_applied_is_refused(string policy, string because)
    {
        var typed = await SimulateAsync(With(Refund, "policy", policy));

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.Out.ShouldBeEmpty();
        typed.Error.ShouldStartWith("standard input: 1 problem(s)");
        typed.Error.ShouldContain(because);
    }

    [Theory]
    [InlineData("options", """["refund"]""", "options has 1 entries")]
    [InlineData("options", """["refund", "refund"]""", "options[1] 'refund' is in the list already")]
    [InlineData("options", """["refund", "ABSTAIN"]""", "options[1] is ABSTAIN")]
    [InlineData("electorate", "[]", "electorate has 0 voters")]
    [InlineData("electorate", """[{ "voter": "a" }, { "voter": " " }]""", "electorate[1].voter must not be blank")]
    [InlineData("electorate", """[{ "voter": "a", "judged": 1, "correct": 2 }]""", "electorate[0].correct is 2")]
    public async Task What_is_no_ballot_is_refused(string member, string value, string because)
    {
        var typed = await SimulateAsync(With(Refund, member, value));

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.Error.ShouldContain(because);
    }

    [Theory]
    [InlineData("{ \"options\": [\"a\",\n }", "line 2")]
    [InlineData("", "line 1")]
    [InlineData("[]", "file must be an object")]
    [InlineData("{}", "options has 0 entries")]
    public async Task What_is_no_file_of_a_ballot_is_refused(string text, string because)
    {
        var typed = await SimulateAsync(text, "--json");

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.Error.ShouldContain(because);
        typed.Json.GetProperty("error").GetProperty("details").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_file_is_read_from_the_disk_and_one_that_is_not_there_is_named()
    {
        var file = Path.Combine(Path.GetTempPath(), $"ballot-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, Refund, TestContext.Current.CancellationToken);
        try
        {
            (await Typed.RunAsync("ballots", "simulate", file)).Out.ShouldStartWith("DISSENT_ESCALATED");
        }
        finally
        {
            File.Delete(file);
        }
        var nothing = await Typed.RunAsync("ballots", "simulate", file);
        nothing.ExitCode.ShouldBe(ExitCode.Usage);
        nothing.Error.ShouldContain(file);
    }

    private static Task<Typed> SimulateAsync(string ballot, params string[] more) =>
        Typed.RunAsync([], ["ballots", "simulate", "-", .. more], ballot);

    private static string With(string ballot, params string[] membersAndValues)
    {
        var changed = JsonNode.Parse(ballot)!.AsObject();
        foreach (var pair in membersAndValues.Chunk(2))
            changed[pair[0]] = JsonNode.Parse(pair[1]);
        return changed.ToJsonString();
    }
}
