namespace Coordination.Persistence.Tests;

/// <summary>What the outbox, its timers and the dead letters promise, whatever the database.</summary>
public abstract partial class OutboxConformance
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    private protected abstract Task<StoreFixture> StoreAsync(TimeSpan? grace = null);

    private static async Task<IReadOnlyList<OutboxRow>> CommitAsync(StoreFixture store, params OutgoingMessage[] messages)
    {
        await using var work = store.Units.Create();
        foreach (var message in messages)
        {
            work.Send(message);
        }

        await work.CommitAsync(Ct);
        return store.Relay.Commits.LastOrDefault().Rows ?? [];
    }

    [Fact]
    public async Task A_message_comes_out_as_it_went_in()
    {
        await using var store = await StoreAsync(TimeSpan.Zero);
        var sent = StoreFixture.Message("rabbitmq://host/vhost/agent-refund?durable=true") with
        {
            Headers = new Dictionary<string, string> { ["traceparent"] = "00-ab", ["quote"] = "\"ä" },
            CorrelationId = Guid.NewGuid(),
            ConversationId = Guid.NewGuid(),
            InitiatorId = Guid.NewGuid(),
            RequestId = Guid.NewGuid(),
            SourceAddress = "a",
            ResponseAddress = "b",
            FaultAddress = "c",
            GroupId = Guid.NewGuid(),
            Ordered = true,
            Mandatory = false,
            ExpiresAt = DateTimeOffset.UnixEpoch.AddYears(200),
        };
        await CommitAsync(store, sent);
        var row = (await store.Get<IOutboxStore>().ClaimDueAsync(10, Lease, Ct)).ShouldHaveSingleItem();
        row.Message.Body.ShouldBe(sent.Body);
        row.Message.Headers.ShouldBe(sent.Headers);
        (row.Message with { Body = sent.Body, Headers = sent.Headers }).ShouldBe(sent);
    }

    [Fact, Trait("req", "OBX-01")]
    public async Task What_a_crash_left_between_commit_and_delivery_is_due_after_the_grace_time()
    {
        await using var patient = await StoreAsync(TimeSpan.FromHours(1));
        await CommitAsync(patient, StoreFixture.Message());
        (await patient.Get<IOutboxStore>().ClaimDueAsync(10, Lease, Ct)).ShouldBeEmpty();
        (await patient.Get<IOutboxStore>().NextDueAsync(Ct))!.Value.ShouldBeInRange(TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));

        await using var prompt = await StoreAsync(TimeSpan.Zero);
        (await prompt.Get<IOutboxStore>().NextDueAsync(Ct)).ShouldBeNull();
        await CommitAsync(prompt, StoreFixture.Message());
        (await prompt.Get<IOutboxStore>().NextDueAsync(Ct))!.Value.ShouldBeLessThanOrEqualTo(TimeSpan.Zero);
        (await prompt.Get<IOutboxStore>().ClaimDueAsync(10, Lease, Ct)).Count.ShouldBe(1);
    }

    [Fact, Trait("req", "OBX-03")]
    public async Task A_claimed_row_is_claimed_by_nobody_else_until_its_lease_has_run_out()
    {
        await using var store = await StoreAsync(TimeSpan.Zero);
        var outbox = store.Get<IOutboxStore>();
        await CommitAsync(store, StoreFixture.Message());
        (await outbox.ClaimDueAsync(10, Lease, Ct)).Count.ShouldBe(1);
        (await outbox.ClaimDueAsync(10, Lease, Ct)).ShouldBeEmpty();

        await CommitAsync(store, StoreFixture.Message());
        (await outbox.ClaimDueAsync(10, TimeSpan.Zero, Ct)).Count.ShouldBe(1);
        var again = (await outbox.ClaimDueAsync(10, Lease, Ct)).ShouldHaveSingleItem();
        await outbox.DeleteAsync([again.Id], Ct);
        (await store.CountAsync("outbox")).ShouldBe(1);
    }

    [Fact, Trait("req", "OBX-03")]
    public async Task Two_relays_claim_six_hundred_rows_once_each_and_every_group_in_order()
    {
        await using var store = await StoreAsync(TimeSpan.Zero);
        var groups = Enumerable.Range(0, 12).Select(_ => Guid.NewGuid()).ToArray();
        for (var i = 0; i < 60; i++)
        {
            // Every sixth row is free of order.
            await CommitAsync(
                store,
                [
                    .. Enumerable
                        .Range(0, 10)
                        .Select(n => StoreFixture.Message() with { GroupId = groups[(i + n) % 12], Ordered = (i + n) % 6 != 0 }),
                ]
            );
        }

        var outbox = store.Get<IOutboxStore>();
        var sent = new System.Collections.Concurrent.ConcurrentQueue<OutboxRow>();
        async Task Relay(int limit)
        {
            while (sent.Count < 600)
            {
                var rows = await outbox.ClaimDueAsync(limit, Lease, Ct);
                rows.Select(row => row.Id).ShouldBeInOrder();
                foreach (var row in rows)
                {
                    sent.Enqueue(row);
                }

                // What is delivered is deleted before the claimer comes back.
                await outbox.DeleteAsync([.. rows.Select(row => row.Id)], Ct);
            }
        }

        await Task.WhenAll(Relay(7), Relay(25)).WaitAsync(TimeSpan.FromSeconds(60), Ct);
        sent.Count.ShouldBe(600);
        sent.Select(row => row.Id).Distinct().Count().ShouldBe(600);
        foreach (var group in sent.Where(row => row.Message.Ordered).GroupBy(row => row.Message.GroupId))
        {
            group.Select(row => row.Id).ShouldBeInOrder();
        }

        (await store.CountAsync("outbox")).ShouldBe(0);
    }

    [Fact, Trait("req", "OBX-03")]
    public async Task Of_an_ordered_group_only_what_has_nothing_older_before_it_is_claimed()
    {
        await using var store = await StoreAsync(TimeSpan.Zero);
        var outbox = store.Get<IOutboxStore>();
        var group = Guid.NewGuid();
        OutgoingMessage Ordered() => StoreFixture.Message() with { GroupId = group, Ordered = true };
        var rows = await CommitAsync(store, Ordered(), Ordered(), Ordered());

        var head = (await outbox.ClaimDueAsync(1, Lease, Ct)).ShouldHaveSingleItem();
        head.Id.ShouldBe(rows[0].Id);
        (await outbox.ClaimDueAsync(10, Lease, Ct)).ShouldBeEmpty();
        (await outbox.HasOlderAsync(group, rows[1].Id, Ct)).ShouldBeTrue();

        // A row without order, even of the same group, is not held up.
        await CommitAsync(store, StoreFixture.Message() with { GroupId = group });
        (await outbox.ClaimDueAsync(10, Lease, Ct)).ShouldHaveSingleItem().Message.Ordered.ShouldBeFalse();

        await outbox.PostponeAsync([head.Id], "refused", Lease, counts: true, Ct);
        (await outbox.ClaimDueAsync(10, Lease, Ct)).ShouldBeEmpty();
        // Its followers were postponed with it, so that nobody looks at them again and again.
        (await outbox.NextDueAsync(Ct))!.Value.ShouldBeGreaterThan(TimeSpan.FromSeconds(30));

        await outbox.PostponeAsync([.. rows.Select(row => row.Id)], "at once", TimeSpan.Zero, counts: false, Ct);
        var all = await outbox.ClaimDueAsync(10, Lease, Ct);
        all.Select(row => row.Id).ShouldBe(rows.Select(row => row.Id));
        all[0].Attempts.ShouldBe(1);
        all[1].Attempts.ShouldBe(0);
        await outbox.DeleteAsync([rows[0].Id], Ct);
        (await outbox.HasOlderAsync(group, rows[1].Id, Ct)).ShouldBeFalse();
    }

    [Fact, Trait("req", "OBX-03")]
    public async Task A_head_that_is_due_after_its_followers_is_claimed_before_them_however_few_are_claimed()
    {
        await using var store = await StoreAsync(TimeSpan.Zero);
        var outbox = store.Get<IOutboxStore>();
        foreach (var followers in new[] { 2, 20 })
        {
            var group = Guid.NewGuid();
            var messages = Enumerable.Range(0, followers + 1).Select(_ => StoreFixture.Message() with { GroupId = group, Ordered = true });
            var rows = await CommitAsync(store, [.. messages]);

            // Its owner died: when the lease has run out, the head sorts behind all of them.
            (await outbox.ClaimDueAsync(1, TimeSpan.FromMilliseconds(50), Ct)).ShouldHaveSingleItem();
            foreach (var row in rows)
            {
                OutboxRow? next = null;
                await Coordination.Testing.Eventually.Until(
                    async () => (next = (await outbox.ClaimDueAsync(1, Lease, Ct)).SingleOrDefault()) is not null,
                    TimeSpan.FromSeconds(10),
                    "the next of the group",
                    Ct
                );
                next!.Id.ShouldBe(row.Id);
                await outbox.DeleteAsync([row.Id], Ct);
            }
        }
    }

    [Fact, Trait("req", "OBX-01")]
    public async Task A_group_whose_rows_have_become_due_in_another_order_is_claimed_in_its_own_and_many_at_a_time()
    {
        await using var store = await StoreAsync(TimeSpan.FromHours(1));
        var outbox = store.Get<IOutboxStore>();
        var groups = new[] { Guid.NewGuid(), Guid.NewGuid() };
        foreach (var group in groups)
        {
            var messages = Enumerable.Range(0, 60).Select(_ => StoreFixture.Message() with { GroupId = group, Ordered = true });
            var rows = await CommitAsync(store, [.. messages]);
            foreach (var row in rows.Reverse())
            {
                await outbox.PostponeAsync([row.Id], "due at last", TimeSpan.Zero, counts: false, Ct);
            }
        }

        for (var turn = 0; turn < 4; turn++)
        {
            var claimed = await outbox.ClaimDueAsync(30, Lease, Ct);
            claimed.Count.ShouldBe(30);
            claimed.GroupBy(row => row.Message.GroupId).ShouldAllBe(group => group.Count() == 15);
            await outbox.DeleteAsync([.. claimed.Select(row => row.Id)], Ct);
        }

        (await outbox.ClaimDueAsync(30, Lease, Ct)).ShouldBeEmpty();
    }

    [Fact, Trait("req", "OBX-03")]
    public async Task A_long_group_whose_head_is_stuck_does_not_hide_what_is_due_after_it()
    {
        await using var store = await StoreAsync(TimeSpan.Zero);
        var outbox = store.Get<IOutboxStore>();
        var group = Guid.NewGuid();
        var messages = Enumerable.Range(0, 40).Select(_ => StoreFixture.Message() with { GroupId = group, Ordered = true });
        await CommitAsync(store, [.. messages]);
        (await outbox.ClaimDueAsync(1, TimeSpan.FromHours(1), Ct)).ShouldHaveSingleItem();
        var free = (await CommitAsync(store, StoreFixture.Message()))[0];

        var claimed = new List<OutboxRow>();
        for (var turn = 0; turn < 10 && claimed.Count == 0; turn++)
        {
            claimed.AddRange(await outbox.ClaimDueAsync(1, Lease, Ct));
        }

        claimed.ShouldHaveSingleItem().Id.ShouldBe(free.Id);
    }

    [Fact]
    public async Task A_commit_names_the_older_rows_of_its_group_that_are_still_pending()
    {
        await using var store = await StoreAsync();
        var group = Guid.NewGuid();
        OutgoingMessage Ordered() => StoreFixture.Message() with { GroupId = group, Ordered = true };
        var first = await CommitAsync(store, Ordered(), Ordered());
        await CommitAsync(store, Ordered() with { GroupId = Guid.NewGuid() });
        await CommitAsync(store, Ordered());
        store.Relay.Commits.Select(commit => commit.Older.Count).ShouldBe([0, 0, 2]);
        store.Relay.Commits.Last().Older.ShouldBe(first.Select(row => row.Id));
    }

    [Fact, Trait("req", "OBX-04")]
    public async Task A_refused_row_stays_with_its_reason_and_its_tries_and_at_last_is_parked()
    {
        await using var store = await StoreAsync(TimeSpan.Zero);
        var outbox = store.Get<IOutboxStore>();
        var row = (await CommitAsync(store, StoreFixture.Message("exchange:nowhere")))[0];
        await outbox.PostponeAsync([row.Id], "no queue", TimeSpan.Zero, counts: true, Ct);
        await outbox.PostponeAsync([row.Id], "broker away", TimeSpan.Zero, counts: false, Ct);
        (await outbox.ClaimDueAsync(10, Lease, Ct)).ShouldHaveSingleItem().Attempts.ShouldBe(1);
        await outbox.ParkAsync(row.Id, "UNROUTABLE", "no queue is bound", Ct);
        await outbox.ParkAsync(row.Id, "UNROUTABLE", "no queue is bound", Ct);

        (await store.CountAsync("outbox")).ShouldBe(0);
        var letter = (await store.Get<IDeadLetters>().ListAsync(null, null, 10, Ct)).ShouldHaveSingleItem();
        (letter.Direction, letter.Endpoint, letter.Reason, letter.Detail, letter.Attempts).ShouldBe(
            ("out", "nowhere", "UNROUTABLE", "no queue is bound", 2)
        );
        letter.Message.MessageId.ShouldBe(row.Message.MessageId);
        letter.Failures.Select(failure => (failure.Number, failure.Text)).ShouldBe([(1, "no queue"), (2, "no queue is bound")]);
        letter.FirstAt.ShouldBeLessThanOrEqualTo(letter.LastAt);

        (await store.Get<IDeadLetters>().RetryAsync(letter.Id, "anna", Ct)).ShouldBeTrue();
        var again = (await outbox.ClaimDueAsync(10, Lease, Ct)).ShouldHaveSingleItem();
        await outbox.ParkAsync(again.Id, "UNROUTABLE", "still no queue is bound", Ct);
        (await store.Get<IDeadLetters>().ListAsync(null, null, 10, Ct)).ShouldHaveSingleItem().Replaces.ShouldBe(letter.Id);
    }

    [Fact]
    public async Task An_expired_message_is_dropped_instead_of_claimed()
    {
        await using var store = await StoreAsync(TimeSpan.Zero);
        await CommitAsync(
            store,
            StoreFixture.Message() with
            {
                ExpiresAt = DateTimeOffset.UnixEpoch,
            },
            StoreFixture.Message() with
            {
                ExpiresAt = DateTimeOffset.UnixEpoch.AddYears(200),
            }
        );
        (await store.Get<IOutboxStore>().ClaimDueAsync(10, Lease, Ct)).Count.ShouldBe(1);
        (await store.CountAsync("outbox")).ShouldBe(1);
    }

    [Fact]
    public async Task The_figures_tell_messages_timers_and_dead_letters_apart()
    {
        await using var store = await StoreAsync(TimeSpan.Zero);
        var outbox = store.Get<IOutboxStore>();
        (await outbox.FiguresAsync(Ct)).ShouldBe(new OutboxFigures(0, 0, TimeSpan.Zero, 0));
        var rows = await CommitAsync(
            store,
            StoreFixture.Message(),
            StoreFixture.Message(),
            StoreFixture.Timer(Guid.NewGuid(), TimeSpan.FromHours(1)),
            StoreFixture.Timer(Guid.NewGuid(), TimeSpan.Zero)
        );
        await outbox.ParkAsync(rows[0].Id, "X", "y", Ct);
        await Task.Yield();
        var figures = await outbox.FiguresAsync(Ct);
        (figures.Backlog, figures.Timers, figures.Dead).ShouldBe((2, 1, 1));
        figures.OldestDue.ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task What_was_handed_over_is_due_again_when_the_program_starts_anew_and_timers_keep_their_time()
    {
        await using var store = await StoreAsync(TimeSpan.FromHours(1));
        var outbox = store.Get<IOutboxStore>();
        var rows = await CommitAsync(
            store,
            StoreFixture.Message(),
            StoreFixture.Message(),
            StoreFixture.Timer(Guid.NewGuid(), TimeSpan.FromHours(1))
        );
        await outbox.HandedOverAsync([rows[0].Id], TimeSpan.FromHours(1), Ct);
        (await outbox.ClaimDueAsync(10, Lease, Ct)).ShouldBeEmpty();
        (await outbox.RecoverHandedOverAsync(Ct)).ShouldBe(2);
        (await outbox.ClaimDueAsync(10, Lease, Ct)).Count.ShouldBe(2);
    }
}
