using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coordination.Faults.Ballots;
using Coordination.Faults.Checker;

namespace Coordination.Faults.Tests;

/// <summary>The checks of killed ballots find nothing in a clean run, and in the same run with one thing wrong what it is.</summary>
public sealed class A_ballot_checker_with_planted_faults
{
    private static readonly Guid Dissent = Guid.Parse("00000000-0000-0000-0000-000000000001");
    private static readonly Guid Silent = Guid.Parse("00000000-0000-0000-0000-000000000002");
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly BallotEvidence Clean = CleanRun();

    [Fact]
    public void Finds_nothing_in_a_clean_run() => BallotChecks.Check(Clean).ShouldBeEmpty();

    [Fact]
    public void Finds_a_ballot_that_is_lost_or_stuck_or_nobodys()
    {
        Found(Clean with { Rows = [.. Clean.Rows.Skip(1)] }).ShouldContain("lost");
        Found(Clean with { Rows = [Clean.Rows[0] with { Status = "people" }, Clean.Rows[1]] }).ShouldContain("stuck");
        Found(Clean with { Ballots = [Clean.Ballots[0]] }).ShouldContain("invented");
    }

    [Fact]
    public void Finds_a_second_decision_and_a_missing_one()
    {
        Found(Clean with { Decisions = [.. Clean.Decisions, Clean.Decisions[0]] }).ShouldContain("VOTE-04");
        Found(Clean with { Decisions = [Clean.Decisions[0]] }).ShouldContain("VOTE-04");
        Found(Clean with { Lines = [.. Clean.Lines, Clean.Lines.First(line => line.Kind == "decided")] }).ShouldContain("VOTE-04");
    }

    [Fact]
    public void Finds_a_decision_that_is_not_what_the_ballot_was_made_to_give() =>
        Found(Clean with { Decisions = [Clean.Decisions[0] with { Option = "refund" }, Clean.Decisions[1]] }).ShouldContain("VOTE-04");

    [Fact]
    public void Finds_a_ballot_that_ended_before_its_deadline() =>
        Found(Clean with { Rows = [Clean.Rows[0], Clean.Rows[1] with { DecidedAt = Noon }] }).ShouldContain("VOTE-05");

    [Fact]
    public void Finds_a_vote_that_is_lost_or_there_twice_or_nobodys()
    {
        var vote = Clean.Lines.First(line => line.Kind == "vote");

        Found(Clean with { Lines = [.. Clean.Lines.Where(line => line != vote)] }).ShouldContain("VOTE-03");
        Found(Clean with { Lines = [.. Clean.Lines, vote] }).ShouldContain("VOTE-03");
        Found(Clean with { Votes = [.. Clean.Votes.Skip(1)] }).ShouldContain("invented");
    }

    [Fact]
    public void Finds_a_vote_that_was_taken_for_another()
    {
        var changed = Clean.Votes[0] with { Intention = Clean.Votes[0].Intention with { Choice = "deny" } };

        Found(Clean with { Votes = [changed, .. Clean.Votes.Skip(1)] }).ShouldContain("VOTE-03");
    }

    [Fact]
    public void Finds_an_answer_that_is_lost_or_never_asked_for()
    {
        Found(Clean with { Lines = [.. Clean.Lines.Where(line => !line.Text.Contains("\"bob\""))] }).ShouldContain("VOTE-17");
        Found(Clean with { Answers = [] }).ShouldContain("stuck");
    }

    [Fact]
    public void Finds_a_line_that_was_changed_or_cut_off()
    {
        var last = Clean.Lines[^1];

        Found(Clean with { Lines = [.. Clean.Lines.SkipLast(1), last with { Text = last.Text.Replace("review", "refund") }] })
            .ShouldContain("VOTE-19");
        Found(Clean with { Rows = [Clean.Rows[0], Clean.Rows[1] with { RecordHash = new string('0', 64) }] }).ShouldContain("VOTE-19");
        Found(Clean with { AuditFaults = ["ballot 2 line 1: cannot be read."] }).ShouldContain("VOTE-19");
        Found(Clean with { Audited = 1 }).ShouldContain("VOTE-19");
    }

    [Fact]
    public void Finds_a_decision_that_was_published_under_two_ids_or_never_or_with_another_content()
    {
        var decided = Clean.Events.First(one => one.Contract == "ballot.decided.v1");
        var others = Clean.Events.Where(one => one != decided).ToList();

        Found(Clean with { Events = others }).ShouldContain("VOTE-15");
        Found(Clean with { Events = [.. Clean.Events, decided with { MessageId = Guid.NewGuid() }] }).ShouldContain("VOTE-15");
        Found(Clean with { Events = [.. others, decided with { Body = JsonSerializer.SerializeToElement(new { outcome = "SPLIT" }) }] })
            .ShouldContain("VOTE-15");
        Found(
                Clean with
                {
                    Events = [.. Clean.Events, decided with { Body = JsonSerializer.SerializeToElement(new { outcome = "SPLIT" }) }],
                }
            )
            .ShouldContain("OBX-02");
        Found(Clean with { Events = [.. Clean.Events, decided] }).ShouldBeEmpty("the same message may come again");
    }

    [Fact]
    public void Finds_a_voter_who_was_asked_twice_or_not_at_all()
    {
        Found(Clean with { Questions = [.. Clean.Questions.Skip(1)] }).ShouldContain("VOTE-15");
        Found(Clean with { Questions = [.. Clean.Questions, Clean.Questions[0] with { MessageId = Guid.NewGuid() }] })
            .ShouldContain("VOTE-15");
    }

    [Fact]
    public void Finds_what_is_left_over()
    {
        Found(Clean with { Pending = 1 }).ShouldContain("left");
        Found(Clean with { Queues = [new QueueDepth("coordination-ballots", 1)] }).ShouldContain("left");
        Found(Clean with { Parked = [new ParkedMessage("in", "coordination-ballots", Guid.NewGuid(), "POISON")] }).ShouldContain("left");
    }

    private static IReadOnlyList<string> Found(BallotEvidence evidence) =>
        [.. BallotChecks.Check(evidence).Select(violation => violation.Invariant).Distinct()];

    /// <summary>A dissent that people decided, and a ballot nobody voted in.</summary>
    private static BallotEvidence CleanRun()
    {
        var (dissent, silent) = (
            BallotKind.All.Single(kind => kind.Name == "dissent"),
            BallotKind.All.Single(kind => kind.Name == "silent")
        );
        List<CastOne> votes = [.. dissent.Votes.Select(intention => new CastOne(Dissent, Guid.NewGuid(), intention))];
        List<RecordLine> lines =
        [
            .. Chained(
                Dissent,
                [
                    ("opened", new { kind = "opened" }),
                    .. votes.Select(vote =>
                        (
                            "vote",
                            (object)
                                new
                                {
                                    vote = new
                                    {
                                        cast = new
                                        {
                                            vote.VoteId,
                                            vote.Intention.Voter,
                                            vote.Intention.Choice,
                                        },
                                        treatment = "Counted",
                                    },
                                }
                        )
                    ),
                    ("people", new { note = "1 person decides." }),
                    ("answer", new { answer = new { person = "ada", option = "review" } }),
                    ("decided", End(dissent)),
                    (
                        "answer",
                        new
                        {
                            answer = new
                            {
                                person = "bob",
                                option = "review",
                                refusal = "The ballot is decided.",
                            },
                        }
                    ),
                ]
            ),
            .. Chained(Silent, [("opened", new { kind = "opened" }), ("decided", End(silent))]),
        ];
        return new BallotEvidence
        {
            Ballots = [new(Dissent, dissent, 1), new(Silent, silent, 1)],
            Votes = votes,
            Answers = [.. dissent.Replies.Select(reply => new GivenAnswer(Dissent, reply))],
            Rows = [Row(Dissent, dissent, lines), Row(Silent, silent, lines)],
            Decisions =
            [
                .. new[] { (Dissent, dissent), (Silent, silent) }.Select(one => new DecisionRow(
                    one.Item1,
                    one.Item2.Outcome,
                    one.Item2.Option,
                    one.Item2.DecidedBy
                )),
            ],
            Lines = lines,
            Events = [.. Published(Dissent, dissent, lines), .. Published(Silent, silent, lines)],
            Questions =
            [
                .. from ballot in new[] { Dissent, Silent }
                from voter in new[] { "refund-a", "refund-b", "fraud-desk" }
                select Sent("ballot.request-vote.v1", ballot, new { voter }),
            ],
            Audited = 2,
        };
    }

    private static object End(BallotKind kind) =>
        new
        {
            decision = new
            {
                kind.Outcome,
                kind.Option,
                kind.DecidedBy,
            },
        };

    private static BallotRow Row(Guid id, BallotKind kind, List<RecordLine> lines) =>
        new(
            id,
            "decided",
            kind.Outcome,
            kind.Option,
            kind.DecidedBy,
            lines.Last(line => line.Ballot == id).Hash,
            Noon,
            Noon + TimeSpan.FromSeconds(2)
        );

    private static IEnumerable<Heard> Published(Guid id, BallotKind kind, List<RecordLine> lines) =>
        [
            Sent("ballot.opened.v1", id, new { policy = "refund.1" }),
            Sent("ballot.closed.v1", id, new { kind.Outcome, people = kind.Replies.Count > 0 ? (int?)1 : null }),
            Sent(
                "ballot.decided.v1",
                id,
                new
                {
                    kind.Outcome,
                    kind.Option,
                    kind.DecidedBy,
                    recordHash = lines.Single(line => line.Ballot == id && line.Kind == "decided").Hash,
                }
            ),
        ];

    private static Heard Sent(string contract, Guid ballot, object body) =>
        new(contract, Guid.NewGuid(), ballot, JsonSerializer.SerializeToElement(body, JsonSerializerOptions.Web));

    private static IEnumerable<RecordLine> Chained(Guid ballot, IReadOnlyList<(string Kind, object Body)> lines)
    {
        var hash = new string('0', 64);
        for (var i = 0; i < lines.Count; i++)
        {
            var text = JsonSerializer.Serialize(lines[i].Body, JsonSerializerOptions.Web);
            hash = Convert.ToHexStringLower(SHA256.HashData([.. Convert.FromHexString(hash), .. Encoding.UTF8.GetBytes(text)]));
            yield return new RecordLine(ballot, i + 1, lines[i].Kind, text, hash);
        }
    }
}
