using Npgsql;

namespace Coordination.Persistence.Tests;

/// <summary>Units of work that commit at the same time share a transaction, and none spoils another.</summary>
[Trait("needs", "servers")]
public sealed class Units_of_work_that_commit_at_once
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("req", "WAL-12")]
    public async Task Forty_share_a_round_trip_and_each_has_its_own_messages()
    {
        var database = await PostgresStores.NewDatabaseAsync();
        await using (await PostgresStores.StartAsync(null, database)) { }

        var settings = new NpgsqlConnectionStringBuilder(database);
        await using var counter = new RoundTripCounter(settings.Host!, settings.Port);
        (settings.Host, settings.Port) = ("127.0.0.1", counter.Port);
        await using var store = await PostgresStores.StartAsync(null, settings.ConnectionString, migrate: false);
        var messages = new List<OutgoingMessage>();
        Task Commit() => CommitAsync(store, Enumerable.Range(0, 40), (i, work) => Add(store, work, $"unit {i}", messages));

        // The pool fills and statements are prepared.
        for (var i = 0; i < 3; i++)
        {
            await Commit();
        }

        messages.Clear();
        store.Relay.Commits.Clear();
        (await counter.CountAsync(Commit)).ShouldBe(1);
        (await store.EffectsAsync("unit 7")).ShouldBe(4);
        (await store.CountAsync("inbox")).ShouldBe(160);
        store
            .Relay.Commits.SelectMany(commit => commit.Rows)
            .Select(row => row.Message.MessageId)
            .ShouldBe(messages.Select(message => message.MessageId), ignoreOrder: true);
        store.Relay.Commits.ShouldAllBe(commit => commit.Rows.Count == 2 && commit.Rows[0].Id < commit.Rows[1].Id);
        await StoredAsync(store);
    }

    [Fact]
    [Trait("req", "OBX-02")]
    public async Task A_bad_one_a_duplicate_and_a_failed_guard_leave_the_others_as_they_are()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var key = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        await using (var earlier = store.Units.Create(key))
        {
            await earlier.CommitAsync(Ct);
        }

        var units = new List<IUnitOfWork>();
        var commits = new List<Task>();
        store.Units.Together(
            Enumerable.Range(0, 20).ToList(),
            i =>
            {
                var work = store.Units.Create(i == 3 ? key : new InboxKey(Guid.NewGuid(), Guid.NewGuid()));
                work.Execute(store.Effect("good"));
                work.Send(StoreFixture.Message());
                if (i == 5)
                {
                    work.Execute(store.Effect(null!));
                }

                if (i == 9)
                {
                    work.Execute(
                        new Statement($"DELETE FROM {store.Sql.Table("effect")} WHERE name = 'nobody'") { MustAffect = "somebody" }
                    );
                }

                units.Add(work);
                commits.Add(work.CommitAsync(Ct));
            }
        );

        await Should.ThrowAsync<PostgresException>(commits[5]);
        (await Should.ThrowAsync<GuardFailedException>(commits[9])).Guard.ShouldBe("somebody");
        await Task.WhenAll(commits.Where((_, i) => i is not 5 and not 9));
        units[3].IsDuplicate.ShouldBeTrue();
        units.Count(unit => unit.IsDuplicate).ShouldBe(1);
        (await store.EffectsAsync("good")).ShouldBe(17);
        (await store.CountAsync("outbox")).ShouldBe(17);
        store.Relay.Commits.Count.ShouldBe(17);
    }

    [Fact]
    [Trait("req", "OBX-02")]
    public async Task Copies_of_one_message_among_them_have_one_effect()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var key = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        var units = new List<IUnitOfWork>();
        var commits = new List<Task>();
        store.Units.Together(
            Enumerable.Range(0, 8).ToList(),
            _ =>
            {
                var work = store.Units.Create(key);
                work.Execute(store.Effect("once"));
                units.Add(work);
                commits.Add(work.CommitAsync(Ct));
            }
        );
        await Task.WhenAll(commits);

        (await store.EffectsAsync("once")).ShouldBe(1);
        units.Count(unit => unit.IsDuplicate).ShouldBe(7);
    }

    [Fact]
    public async Task When_the_connection_dies_in_the_commit_each_hears_of_it_and_nothing_goes_to_the_relay()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var commits = new List<Task>();
        store.Units.Together(
            Enumerable.Range(0, 5).ToList(),
            i =>
            {
                var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid()));
                work.Send(StoreFixture.Message());
                if (i == 2)
                {
                    work.Execute(new Statement("SELECT pg_terminate_backend(pg_backend_pid())"));
                }

                commits.Add(work.CommitAsync(Ct));
            }
        );

        await Should.ThrowAsync<NpgsqlException>(commits[2]);
        await Task.WhenAll(commits).ContinueWith(_ => { }, Ct);
        // Perhaps committed, perhaps not: nobody is written a second time on a guess.
        commits.ShouldAllBe(commit => commit.IsFaulted);
        store.Relay.Commits.Count.ShouldBe(commits.Count(commit => commit.IsCompletedSuccessfully));
        (await store.CountAsync("outbox")).ShouldBe(commits.Count(commit => commit.IsCompletedSuccessfully));
    }

    private static async Task StoredAsync(StoreFixture store) => (await store.CountAsync("outbox")).ShouldBe(320);

    private static void Add(StoreFixture store, IUnitOfWork work, string name, List<OutgoingMessage> messages)
    {
        work.Execute(store.Effect(name) with { MustAffect = "always" });
        for (var i = 0; i < 2; i++)
        {
            var message = StoreFixture.Message();
            messages.Add(message);
            work.Send(message);
        }
    }

    private static Task CommitAsync(StoreFixture store, IEnumerable<int> numbers, Action<int, IUnitOfWork> fill)
    {
        var commits = new List<Task>();
        store.Units.Together(
            numbers.ToList(),
            i =>
            {
                var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid()));
                fill(i, work);
                commits.Add(work.CommitAsync(Ct));
            }
        );
        return Task.WhenAll(commits);
    }
}
