using System.Security.Cryptography;
using Coordination.Contracts.V1;
using Coordination.Sagas.Consensus;
using Coordination.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Coordination.EndToEnd.Tests.Ballots;

/// <summary>T2, T3, T5: votes of others than they say, votes that were said before, and many of one: recorded with their reason, and without a say in the decision.</summary>
[Trait("needs", "servers")]
public sealed class Forged_votes : IAsyncLifetime
{
    private static readonly string[] Voters = ["refund-a", "refund-b", "fraud-desk"];
    private readonly Dictionary<string, ECDsa> keys = Voters.ToDictionary(voter => voter, _ => ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private readonly Dictionary<string, Hand> hands = [];
    private BallotDesk desk = null!;
    private Uri broker = null!;

    /// <summary>The host knows each voter's user of the broker and public key.</summary>
    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        var rabbit = await TestServers.Rabbit(ct);
        broker = await rabbit.NewVirtualHostAsync(ct);
        var users = new Dictionary<string, string>();
        foreach (var voter in Voters)
        {
            var address = await rabbit.NewUserAsync(broker, voter, "^$", "^coordination-ballots$", $"^agent-{voter}$", ct);
            users[voter] = address.UserInfo.Split(':')[0];
            hands[voter] = await Hand.OpenAsync(address);
        }

        desk = await BallotDesk.OpenAsync(
            broker,
            await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct),
            BallotDesk.Refunds(
                policy => policy with { Signed = true },
                voter => voter with { Users = [users[voter.Name]], PublicKey = keys[voter.Name].ExportSubjectPublicKeyInfoPem() }
            )
        );
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hand in hands.Values)
        {
            await hand.DisposeAsync();
        }

        await desk.DisposeAsync();
        foreach (var key in keys.Values)
        {
            key.Dispose();
        }
    }

    [Fact]
    [Trait("req", "VOTE-03")]
    [Trait("req", "VOTE-14")]
    public async Task Are_refused_with_their_reason_and_change_nothing()
    {
        var (earlier, ballot) = (await OpenAsync(), await OpenAsync());
        var genuine = Signed(Vote(earlier, "refund-a", "review"), "refund-a");
        await hands["refund-a"].CastAsync(genuine);
        await RecordedAsync(earlier, 1);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        // Each in the name of refund-a, for another option than it wants.
        var byAnother = Signed(Vote(ballot, "refund-a", "review"), "refund-a");
        var unsigned = Vote(ballot, "refund-a", "review");
        var otherKey = VoteSignature.Sign(Vote(ballot, "refund-a", "review"), stranger);
        var keyOfAnother = Signed(Vote(ballot, "refund-a", "review"), "refund-b");
        var otherQuestion = Signed(Vote(ballot, "refund-a", "review") with { QuestionHash = BallotDesk.QuestionOf(earlier) }, "refund-a");
        await hands["refund-a"].CastAsync(otherQuestion);
        await RecordedAsync(ballot, 1);
        (await desk.VotesAsync(ballot)).Single().Detail!.ShouldContain("another question");
        var fromElsewhere = genuine with { BallotId = ballot };
        var otherId = fromElsewhere with { VoteId = Guid.CreateVersion7() };
        await hands["refund-b"].CastAsync(byAnother);
        await hands["refund-a"].CastAsync(unsigned);
        await hands["refund-a"].CastAsync(otherKey);
        await hands["refund-a"].CastAsync(keyOfAnother);
        await hands["refund-a"].CastAsync(fromElsewhere);
        await hands["refund-a"].CastAsync(otherId);
        // As somebody who sees the queue could: a vote of this ballot, said again under another id, and changed.
        var own = Signed(Vote(ballot, "refund-a", "refund"), "refund-a");
        var changed = own with { Choice = "review" };
        await hands["refund-a"].CastAsync(changed);
        await RecordedAsync(ballot, 8);

        await hands["refund-a"].CastAsync(own);
        await RecordedAsync(ballot, 9);
        var again = own with { VoteId = Guid.CreateVersion7() };
        await hands["refund-a"].CastAsync(again);
        await hands["refund-b"].CastAsync(own);
        await hands["refund-a"].CastAsync(own);
        await RecordedAsync(ballot, 12);
        await hands["refund-b"].CastAsync(Signed(Vote(ballot, "refund-b", "refund"), "refund-b"));

        (await desk.DecisionAsync(ballot)).ShouldBe(("DECIDED", "refund", "votes"));
        var votes = await desk.VotesAsync(ballot);
        foreach (var forged in new[] { unsigned, otherKey, keyOfAnother, fromElsewhere, otherId, changed, again })
        {
            var found = votes.Where(vote => vote.Cast == forged).ShouldHaveSingleItem();
            found.Treatment.ShouldBe(VoteTreatment.Forged);
            found.Detail!.ShouldContain("signature");
        }

        votes.Single(vote => vote.Cast.VoteId == byAnother.VoteId).Detail!.ShouldContain("user");
        votes
            .Where(vote => vote.Cast.VoteId == own.VoteId && vote.Cast.Choice == "refund")
            .Select(vote => vote.Treatment)
            .ShouldBe([VoteTreatment.Counted, VoteTreatment.Forged, VoteTreatment.Duplicate], ignoreOrder: true);
        votes.Count(vote => vote.Treatment == VoteTreatment.Counted).ShouldBe(2);
        (await desk.AuditAsync(ballot)).ShouldBeEmpty();
        (await desk.VotesAsync(earlier)).ShouldHaveSingleItem().Treatment.ShouldBe(VoteTreatment.Counted);
    }

    /// <summary>A name on the message that is not the connection's does not even arrive.</summary>
    [Fact]
    public async Task Under_another_user_s_name_are_refused_by_the_broker()
    {
        var ballot = await OpenAsync();

        var refused = await Should.ThrowAsync<OperationInterruptedException>(() =>
            hands["refund-b"].CastAsync(Signed(Vote(ballot, "refund-a", "review"), "refund-a"), userId: "somebody-else")
        );

        refused.ShutdownReason!.ReplyCode.ShouldBe((ushort)406);
        (await desk.VotesAsync(ballot)).ShouldBeEmpty();
    }

    [Fact]
    [Trait("req", "VOTE-03")]
    public async Task That_are_the_same_message_again_are_handled_once()
    {
        var ballot = await OpenAsync();
        var (vote, message) = (Signed(Vote(ballot, "refund-a", "refund"), "refund-a"), Guid.CreateVersion7());
        for (var i = 0; i < 20; i++)
        {
            await hands["refund-a"].CastAsync(vote, message);
        }

        await RecordedAsync(ballot, 1);
        await hands["refund-b"].CastAsync(Signed(Vote(ballot, "refund-b", "refund"), "refund-b"));
        (await desk.DecisionAsync(ballot)).Option.ShouldBe("refund");
        // After its end, too: and what is behind it in the queue has been handled, so it has been.
        await hands["refund-a"].CastAsync(vote, message);
        await hands["fraud-desk"].CastAsync(Signed(Vote(ballot, "fraud-desk", "review"), "fraud-desk"));
        await RecordedAsync(ballot, 3);

        await EmptyAsync();
        (await desk.VotesAsync(ballot))
            .Select(vote => vote.Treatment)
            .ShouldBe([VoteTreatment.Counted, VoteTreatment.Counted, VoteTreatment.Late]);
        (await desk.AuditAsync(ballot)).ShouldBeEmpty();
    }

    /// <summary>Fifty workers of one voter, all of whom vote as soon as one is asked, and fifty voters nobody knows.</summary>
    [Fact]
    [Trait("req", "VOTE-03")]
    public async Task Of_fifty_workers_of_one_voter_are_one_vote()
    {
        const int Many = 50;
        var ct = TestContext.Current.CancellationToken;
        await using var admin = await Hand.OpenAsync(broker);
        await admin.Channel.QueueDeclareAsync("agent-refund-a", durable: true, exclusive: false, autoDelete: false, cancellationToken: ct);
        await admin.Channel.ExchangeDeclareAsync("agent-refund-a", ExchangeType.Fanout, durable: true, cancellationToken: ct);
        await admin.Channel.QueueBindAsync("agent-refund-a", "agent-refund-a", "", cancellationToken: ct);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < Many; i++)
        {
            var consumer = new AsyncEventingBasicConsumer(hands["refund-a"].Channel);
            consumer.ReceivedAsync += (_, _) =>
            {
                asked.TrySetResult();
                return Task.CompletedTask;
            };
            await hands["refund-a"].Channel.BasicConsumeAsync("agent-refund-a", autoAck: true, consumer, ct);
        }

        var ballot = await OpenAsync();
        await asked.Task.WaitAsync(BallotDesk.Soon, ct);
        for (var i = 0; i < Many; i++)
        {
            await hands["refund-a"].CastAsync(Signed(Vote(ballot, "refund-a", "review"), "refund-a"));
            await hands["refund-a"].CastAsync(Signed(Vote(ballot, $"refund-a-{i}", "review"), "refund-a"));
        }

        await RecordedAsync(ballot, 2 * Many);
        (await desk.CountAsync("coord_v1_ballots", $"ballot_id = '{ballot}' AND status = 'voting'")).ShouldBe(1);
        await hands["refund-b"].CastAsync(Signed(Vote(ballot, "refund-b", "refund"), "refund-b"));
        await hands["fraud-desk"].CastAsync(Signed(Vote(ballot, "fraud-desk", "refund"), "fraud-desk"));

        (await desk.DecisionAsync(ballot)).ShouldBe(("DECIDED", "refund", "votes"));
        (await desk.VotesAsync(ballot))
            .CountBy(vote => vote.Treatment)
            .ToDictionary()
            .ShouldBe(
                new Dictionary<VoteTreatment, int>
                {
                    [VoteTreatment.Counted] = 3,
                    [VoteTreatment.Duplicate] = Many - 1,
                    [VoteTreatment.Stranger] = Many,
                },
                ignoreOrder: true
            );
        (await desk.AuditAsync(ballot)).ShouldBeEmpty();
    }

    private async Task<Guid> OpenAsync()
    {
        var ballot = await desk.AskAsync();
        await Eventually.Until(
            async () => await desk.CountAsync("coord_v1_ballots", $"ballot_id = '{ballot}'") == 1,
            BallotDesk.Soon,
            "the ballot to be open"
        );
        return ballot;
    }

    private Task RecordedAsync(Guid ballot, int votes) =>
        Eventually.Until(async () => (await desk.VotesAsync(ballot)).Count >= votes, BallotDesk.Soon, $"{votes} votes to be recorded");

    private async Task EmptyAsync()
    {
        await using var admin = await Hand.OpenAsync(broker);
        await Eventually.Until(
            async () => await admin.Channel.MessageCountAsync("coordination-ballots") == 0,
            BallotDesk.Soon,
            "the queue to be empty"
        );
    }

    private static CastVote Vote(Guid ballot, string voter, string choice) =>
        new()
        {
            BallotId = ballot,
            VoteId = Guid.CreateVersion7(),
            Round = 1,
            Voter = voter,
            Choice = choice,
            Confidence = 0.9,
            QuestionHash = BallotDesk.QuestionOf(ballot),
        };

    private CastVote Signed(CastVote vote, string voter) => VoteSignature.Sign(vote, keys[voter]);
}
