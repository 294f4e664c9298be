using System.Data.Common;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Sagas.Consensus;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Sagas.Tests.Hosting;

/// <summary>Ballots on a bus and a database: what the rules decided is stored, sent, shown and refused as it should.</summary>
public abstract partial class HostedBallots
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private protected abstract ValueTask<BallotHost> StartAsync(Action<ConsensusOptions> options);

    [Fact]
    [Trait("req", "VOTE-04")]
    public async Task Voters_decide_and_their_decision_stands_once()
    {
        await using var host = await StartAsync(Refunds());
        host.Voters.Answer = request => ScriptedVoters.For(request, request.Voter == "fraud-desk" ? "review" : "refund");

        var ballot = await host.OpenAsync(Ballot());
        var end = await host.UntilAsync(ballot, "decided");

        end.Outcome.ShouldBe("DECIDED");
        end.Option.ShouldBe("refund");
        end.DecidedBy.ShouldBe("votes");
        (await host.AuditAsync(ballot)).ShouldBeEmpty();
        (await host.QueryAsync("coord_v1_decisions", ballot, "option", r => r.GetString(0))).ShouldHaveSingleItem().ShouldBe("refund");
        (await TimersAsync(host, ballot)).ShouldBe(0);
    }

    [Fact]
    [Trait("req", "VOTE-07")]
    [Trait("req", "VOTE-17")]
    public async Task The_dissent_of_an_expert_stops_the_majority_and_a_person_decides_once()
    {
        await using var host = await StartAsync(Refunds());
        host.Voters.Answer = request => ScriptedVoters.For(request, request.Voter == "fraud-desk" ? "review" : "refund");

        var ballot = await host.OpenAsync(Ballot() with { Flags = ["fraud"] });
        var open = await host.UntilAsync(ballot, "people");
        open.Outcome.ShouldBe("DISSENT_ESCALATED");
        open.Option.ShouldBeNull();
        (await host.RecordAsync(ballot)).ShouldContain(line => line.Line.Contains("secret-review"), "people see the dissent's reasons");

        await host.SendAsync(ballot, Answer(ballot, "fraud-desk", "refund"));
        await host.SendAsync(ballot, Answer(ballot, "ada", "review"));
        await host.SendAsync(ballot, Answer(ballot, "bob", "refund"));
        var end = await host.UntilAsync(ballot, "decided");

        end.Option.ShouldBe("review");
        end.DecidedBy.ShouldBe("people");
        await Eventually.Until(
            async () => (await host.RecordAsync(ballot)).Count(l => l.Line.Contains("\"answer\"")) == 3,
            Patience,
            "all answers are recorded"
        );
        (await host.AuditAsync(ballot)).ShouldBeEmpty();
        (await host.RecordAsync(ballot)).ShouldContain(line => line.Line.Contains("\"people\":[\"ada\"]"));
    }

    [Fact]
    [Trait("req", "VOTE-01")]
    public async Task Nothing_shows_a_vote_before_the_voting_is_over()
    {
        await using var host = await StartAsync(Refunds());
        host.Voters.Answer = request => request.Voter == "fraud-desk" ? null : ScriptedVoters.For(request, "refund", confidence: 0.7);

        var ballot = await host.OpenAsync(Ballot() with { Flags = ["fraud"] });
        await Eventually.Until(async () => await VotesTakenAsync(host, ballot) == 2, Patience, "two have voted");

        (await host.RecordAsync(ballot)).ShouldBeEmpty();
        (await host.FindAsync(ballot))!.Status.ShouldBe("voting");
        (await ViewsTextAsync(host, ballot)).ShouldNotContain("secret");

        await host.SendAsync(ballot, new CancelBallot { BallotId = ballot, RequestedBy = "ada" });
        (await host.UntilAsync(ballot, "decided")).Outcome.ShouldBe("CANCELLED");
        (await host.AuditAsync(ballot)).ShouldBeEmpty();
    }

    [Fact]
    [Trait("req", "VOTE-05")]
    public async Task A_ballot_nobody_votes_in_ends_at_its_deadline_with_what_the_policy_says()
    {
        await using var host = await StartAsync(Refunds(p => p with { OnNoQuorum = Fallback.SafeOption }));
        host.Voters.Answer = _ => null;

        var ballot = await host.OpenAsync(Ballot() with { DeadlineMs = 500, SafeOption = "review" });
        var end = await host.UntilAsync(ballot, "decided");

        end.Outcome.ShouldBe("NO_QUORUM");
        end.Option.ShouldBe("review");
        end.DecidedBy.ShouldBe("safe-option");
        (end.DecidedAt!.Value - end.OpenedAt).ShouldBeInRange(TimeSpan.FromMilliseconds(490), TimeSpan.FromMilliseconds(2_500));
        (await host.AuditAsync(ballot)).ShouldBeEmpty();
    }

    [Fact]
    [Trait("req", "VOTE-03")]
    [Trait("req", "VOTE-11")]
    public async Task Votes_that_do_not_count_are_kept_with_their_reason_and_the_others_decide()
    {
        await using var host = await StartAsync(Refunds());
        host.Voters.Answer = _ => null;
        var ballot = await host.OpenAsync(Ballot());
        await host.UntilAsync(ballot, "voting");
        var first = Vote(ballot, "refund-a", "refund");
        foreach (
            var vote in new[]
            {
                first,
                first with
                {
                    VoteId = Guid.CreateVersion7(),
                    Choice = "review",
                },
                Vote(ballot, "stranger", "refund"),
                Vote(ballot, "refund-b", "reveiw"),
                Vote(ballot, "refund-b", "review") with
                {
                    Confidence = 1.5,
                },
                Vote(ballot, "refund-b", "review") with
                {
                    Round = 2,
                },
            }
        )
            await host.SendAsync(ballot, vote);
        await Eventually.Until(async () => (await host.TreatmentsAsync(ballot)).Count == 6, Patience, "all votes are recorded");

        (await host.TreatmentsAsync(ballot))
            .Order()
            .ShouldBe(
                new[]
                {
                    VoteTreatment.Counted,
                    VoteTreatment.Duplicate,
                    VoteTreatment.Stranger,
                    VoteTreatment.UnknownOption,
                    VoteTreatment.BadConfidence,
                    VoteTreatment.OtherRound,
                }.Order()
            );
        await host.SendAsync(ballot, Vote(ballot, "refund-b", "refund"));
        (await host.UntilAsync(ballot, "decided")).Option.ShouldBe("refund");
        await host.SendAsync(ballot, Vote(ballot, "fraud-desk", "review"));
        await Eventually.Until(
            async () => (await host.TreatmentsAsync(ballot)).Contains(VoteTreatment.Late),
            Patience,
            "the late vote is recorded"
        );
        var record = await host.RecordAsync(ballot);
        record.Count(l => l.Line.Contains("\"vote\"")).ShouldBe(8);
        (await host.AuditAsync(ballot)).ShouldBeEmpty();
    }

    [Fact]
    [Trait("req", "VOTE-09")]
    public async Task A_ballot_that_could_never_be_decided_is_not_opened()
    {
        await using var host = await StartAsync(Refunds());
        var ballot = await host.OpenAsync(Ballot() with { Tier = "T3" });

        await Eventually.Until(async () => (await host.RejectionsAsync(ballot)).Count == 1, Patience, "the ballot is refused");
        var (reason, problems) = (await host.RejectionsAsync(ballot))[0];
        reason.ShouldBe(ReasonCode.AdmissionDenied);
        problems.ShouldContain("tier T3 needs 4");
        problems.ShouldContain("no public key");
        (await host.FindAsync(ballot)).ShouldBeNull();
        host.Voters.Requests.ShouldBeEmpty();
    }

    [Fact]
    [Trait("req", "VOTE-19")]
    public async Task The_record_and_the_decision_of_a_ballot_cannot_be_changed()
    {
        await using var host = await StartAsync(Refunds());
        var ballot = await host.OpenAsync(Ballot());
        await host.UntilAsync(ballot, "decided");

        foreach (var table in new[] { "ballot_record", "ballot_decision" })
        {
            var name = host.Units.Dialect.Table(table);
            await Should.ThrowAsync<DbException>(() => host.Units.ExecuteAsync(new Statement($"DELETE FROM {name}")));
            await Should.ThrowAsync<DbException>(() => host.Units.ExecuteAsync(new Statement($"UPDATE {name} SET ballot_id = ballot_id")));
        }
    }

    [Fact]
    [Trait("req", "VOTE-16")]
    [Trait("req", "VOTE-08")]
    public async Task An_outcome_counts_once_and_for_later_ballots_only()
    {
        await using var host = await StartAsync(Refunds());
        host.Voters.Answer = request => ScriptedVoters.For(request, request.Voter == "fraud-desk" ? "review" : "refund", 0.8);
        var ballot = await host.OpenAsync(Ballot());
        await host.UntilAsync(ballot, "decided");
        var report = new ReportOutcome
        {
            BallotId = ballot,
            Right = "review",
            ReportedBy = "accounting",
        };
        await host.SendAsync(ballot, report);
        await host.SendAsync(ballot, report with { Right = "refund" });
        await Eventually.Until(async () => (await VotersAsync(host)).Count > 0, Patience, "the outcome is counted");
        var next = await host.OpenAsync(Ballot());
        await host.UntilAsync(next, "decided");

        var voters = await VotersAsync(host);
        voters.ShouldAllBe(v => v.Judged == 1);
        var refunder = voters.Single(v => v.Voter == "refund-a");
        refunder.Correct.ShouldBe(0);
        refunder.Brier.ShouldBe(0.64, 1e-9);
        (await host.RecordAsync(ballot))[0].Line.ShouldContain("\"judged\":0");
        (await host.RecordAsync(next))[0].Line.ShouldContain("\"judged\":1");
    }

    private static Action<ConsensusOptions> Refunds(Func<BallotPolicy, BallotPolicy>? change = null) =>
        options =>
        {
            options.Voters.Add(new VoterProfile { Name = "refund-a", Family = "x" });
            options.Voters.Add(new VoterProfile { Name = "refund-b", Family = "x" });
            options.Voters.Add(
                new VoterProfile
                {
                    Name = "fraud-desk",
                    Family = "y",
                    ExpertDomains = ["fraud"],
                }
            );
            var policy = new BallotPolicy
            {
                Name = "refund",
                Voters = ["refund-a", "refund-b", "fraud-desk"],
                Domain = "payments",
            };
            options.Policies.Add(change is null ? policy : change(policy));
        };

    private static OpenBallot Ballot() =>
        new()
        {
            BallotId = Guid.CreateVersion7(),
            Policy = "refund",
            Question = "Refund order 4711 at once, or review it first?",
            Options = [new BallotOption { Name = "refund" }, new BallotOption { Name = "review" }],
            Requester = "tester",
        };

    private static CastVote Vote(Guid ballot, string voter, string choice) =>
        new()
        {
            BallotId = ballot,
            VoteId = Guid.CreateVersion7(),
            Round = 1,
            Voter = voter,
            Choice = choice,
        };

    private static AnswerBallot Answer(Guid ballot, string person, string option) =>
        new()
        {
            BallotId = ballot,
            AnsweredBy = person,
            Option = option,
        };

    private static async Task<int> TimersAsync(BallotHost host, Guid ballot) =>
        (
            await host.Units.QueryAsync(
                new Statement(
                    $"SELECT count(*) FROM {host.Units.Dialect.Table("outbox")} WHERE group_id = @ballot AND token IS NOT NULL",
                    ("ballot", ballot, ColumnKind.Uuid)
                ),
                r => r.GetInt32(0)
            )
        )[0];

    // From the table itself: no view tells.
    private static async Task<int> VotesTakenAsync(BallotHost host, Guid ballot) =>
        (await host.QueryAsync("ballot_record", ballot, "kind", r => r.GetString(0))).Count(kind => kind == "vote");

    private static async Task<string> ViewsTextAsync(BallotHost host, Guid ballot)
    {
        var text = "";
        foreach (var view in new[] { "coord_v1_ballots", "coord_v1_ballot_record", "coord_v1_decisions", "coord_v1_ballot_rejections" })
        {
            var rows = await host.QueryAsync(
                view,
                ballot,
                "*",
                r => string.Join("|", Enumerable.Range(0, r.FieldCount).Select(i => r.IsDBNull(i) ? "" : Convert.ToString(r.GetValue(i))))
            );
            text += string.Join("\n", rows);
        }
        return text;
    }

    private static Task<IReadOnlyList<(string Voter, int Judged, int Correct, double Brier)>> VotersAsync(BallotHost host) =>
        host.Units.QueryAsync(
            new Statement($"SELECT voter, judged, correct, brier FROM {host.Units.Dialect.Table("coord_v1_voters")}"),
            r => (r.GetString(0), r.GetInt32(1), r.GetInt32(2), r.GetDouble(3))
        );
}

public sealed class Ballots_embedded : HostedBallots, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("coordination-").FullName;

    private protected override async ValueTask<BallotHost> StartAsync(Action<ConsensusOptions> options) =>
        await BallotHost.StartAsync(
            coordination => coordination.UseInMemory().UseSqlite(Path.Combine(folder, $"{Guid.NewGuid():N}.db")),
            options
        );

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}

[Trait("needs", "servers")]
public sealed class Ballots_on_broker_and_database : HostedBallots
{
    private protected override async ValueTask<BallotHost> StartAsync(Action<ConsensusOptions> options)
    {
        var rabbit = await TestServers.Rabbit(TestContext.Current.CancellationToken);
        var postgres = await TestServers.Postgres(TestContext.Current.CancellationToken);
        var broker = await rabbit.NewVirtualHostAsync();
        var database = await postgres.NewDatabaseAsync(ct: TestContext.Current.CancellationToken);
        return await BallotHost.StartAsync(
            coordination => coordination.UseRabbitMq(broker.ToString()).UsePostgres(database, o => o.Grace = TimeSpan.FromSeconds(1)),
            options
        );
    }
}
