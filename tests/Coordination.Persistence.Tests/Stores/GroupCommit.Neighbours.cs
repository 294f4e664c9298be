using System.Data.Common;
using Coordination.Testing;

namespace Coordination.Persistence.Tests;

/// <summary>Whatever is wrong with one unit of work, those that commit with it do not notice.</summary>
[Trait("needs", "servers")]
public sealed class Units_of_work_in_bad_company
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [Trait("req", "OBX-02")]
    [InlineData("text that is no Unicode")]
    [InlineData("a value that is not of its kind")]
    [InlineData("a parameter that is missing")]
    public async Task A_statement_that_cannot_even_be_sent_fails_alone(string what)
    {
        await using var store = await PostgresStores.StartAsync(null);
        var good = store.Effect("good");
        var bad = what switch
        {
            "text that is no Unicode" => store.Effect("bad \ud800"),
            "a value that is not of its kind" => new Statement(
                good.Text,
                ("name", "bad", ColumnKind.Text),
                ("value", "seven", ColumnKind.Int64)
            ),
            _ => new Statement(good.Text, ("name", "bad", ColumnKind.Text)),
        };

        var commits = await CommitAsync(store, 12, i => i == 4 ? bad : good);

        await Should.ThrowAsync<Exception>(commits[4]);
        await Task.WhenAll(commits.Where((_, i) => i != 4));
        (await store.EffectsAsync("good")).ShouldBe(11);
        (await store.CountAsync("effect")).ShouldBe(11);
        (await store.CountAsync("inbox")).ShouldBe(11);
    }

    [Theory]
    [Trait("req", "WAL-12")]
    [InlineData("SET LOCAL synchronous_commit TO off", false)]
    [InlineData("set local synchronous_commit to off", false)]
    [InlineData("SELECT set_config('synchronous_commit', 'off', true)", true)]
    public async Task What_one_sets_for_its_transaction_holds_for_no_other(string setting, bool saysSo)
    {
        await using var store = await PostgresStores.StartAsync(null);
        var durability = await DurabilityAsync(store);
        var units = Enumerable.Range(0, 12).ToList();
        var commits = new List<Task>();
        store.Units.Together(
            units,
            i =>
            {
                var work = store.Units.Create();
                if (i % 3 == 1)
                {
                    work.Execute(new Statement(setting) { OwnTransaction = saysSo });
                }

                work.Execute(new Statement($"INSERT INTO {durability} VALUES (@number)", ("number", i, ColumnKind.Int32)));
                commits.Add(work.CommitAsync(Ct));
            }
        );
        await Task.WhenAll(commits);

        (await ConfirmedAsync(store, durability)).ShouldBe(units.Select(i => i % 3 == 1 ? "off" : "on"));
    }

    /// <summary>A commit that may be lost in a crash of the database, such as the removal of what was delivered, takes no other with it.</summary>
    [Fact]
    [Trait("req", "WAL-12")]
    public async Task The_outbox_own_statements_make_no_commit_of_others_less_durable()
    {
        await using var store = await PostgresStores.StartAsync(null, configure: options => options.CommitLanes = 1);
        var durability = await DurabilityAsync(store);
        var outbox = store.Get<IOutboxStore>();
        var units = Enumerable.Range(0, 400).ToList();
        var commits = new List<Task>();
        store.Units.Together(
            units,
            i =>
            {
                var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid()));
                work.Execute(new Statement($"INSERT INTO {durability} VALUES (@number)", ("number", i, ColumnKind.Int32)));
                commits.Add(work.CommitAsync(Ct));
                if (i % 20 == 0)
                {
                    commits.Add(outbox.DeleteAsync([i], Ct));
                    commits.Add(outbox.PostponeAsync([i], "later", TimeSpan.FromSeconds(1), counts: false, Ct));
                }
            }
        );
        await Task.WhenAll(commits);

        (await ConfirmedAsync(store, durability)).ShouldBe(units.Select(_ => "on"));
    }

    /// <summary>A table that notes at the commit of each row whether the server writes it down before it confirms.</summary>
    private static async Task<string> DurabilityAsync(StoreFixture store)
    {
        var table = store.Sql.Table("durability");
        await store.Units.ExecuteAsync(new Statement($"CREATE TABLE {table} (number int PRIMARY KEY, confirmed text)"));
        await store.Units.ExecuteAsync(
            new Statement(
                $"""
                CREATE FUNCTION {table}_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                  UPDATE {table} SET confirmed = current_setting('synchronous_commit') WHERE number = NEW.number; RETURN NULL; END $$
                """
            )
        );
        await store.Units.ExecuteAsync(
            new Statement(
                $"CREATE CONSTRAINT TRIGGER note AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {table}_note()"
            )
        );
        return table;
    }

    private static Task<IReadOnlyList<string>> ConfirmedAsync(StoreFixture store, string table) =>
        store.Units.QueryAsync(new Statement($"SELECT confirmed FROM {table} ORDER BY number"), row => row.GetString(0), Ct);

    [Fact]
    public async Task Parameters_in_another_order_mean_the_same()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var table = store.Sql.Table("twins");
        await store.Units.ExecuteAsync(new Statement($"CREATE TABLE {table} (a text NOT NULL, b text NOT NULL)"));
        var text = $"INSERT INTO {table} (a, b) VALUES (@a, @b)";

        for (var round = 0; round < 2; round++)
        {
            await Task.WhenAll(
                await CommitAsync(
                    store,
                    10,
                    i =>
                        i % 2 == 0
                            ? new Statement(text, ("a", "first", ColumnKind.Text), ("b", "second", ColumnKind.Text))
                            : new Statement(text, ("b", "second", ColumnKind.Text), ("a", "first", ColumnKind.Text))
                )
            );
        }

        var wrong = await store.Units.QueryAsync(
            new Statement($"SELECT count(*) FROM {table} WHERE a <> 'first'"),
            row => row.GetInt64(0),
            Ct
        );
        wrong[0].ShouldBe(0);
    }

    [Fact]
    public async Task A_guard_holds_beside_the_same_statement_without_one()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var text = $"UPDATE {store.Sql.Table("effect")} SET value = @value WHERE name = @name";
        Statement Update(string? guard) =>
            new(text, ("value", 1L, ColumnKind.Int64), ("name", "nobody", ColumnKind.Text))
            {
                ForMany = $"UPDATE {store.Sql.Table("effect")} AS t SET value = r.\"value\" FROM {{rows}} WHERE t.name = r.\"name\"",
                MustAffect = guard,
            };

        var commits = await CommitAsync(store, 4, i => Update(i == 0 ? null : "somebody"));

        await commits[0];
        foreach (var guarded in commits.Skip(1))
        {
            await Should.ThrowAsync<GuardFailedException>(guarded);
        }
    }

    [Fact]
    [Trait("req", "OBX-02")]
    public async Task A_row_or_a_table_that_cannot_be_read_fails_who_asked_for_it_and_nobody_else()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var table = store.Sql.Table("thing");
        await store.Units.ExecuteAsync(new Statement($"CREATE TABLE {table} (id uuid PRIMARY KEY, name text NULL)"));
        var ids = Enumerable.Range(0, 6).Select(_ => Guid.NewGuid()).ToArray();
        for (var i = 0; i < ids.Length; i++)
        {
            await store.Units.ExecuteAsync(
                new Statement(
                    $"INSERT INTO {table} VALUES (@id, @name)",
                    ("id", ids[i], ColumnKind.Uuid),
                    ("name", i == 2 ? null : "good", ColumnKind.Text)
                )
            );
        }

        var read = Read(table);
        var missing = Read(store.Sql.Table("nowhere"));
        var units = Enumerable.Range(0, 7).Select(_ => store.Units.Create()).ToList();
        var loads = new Task<string?>[7];
        store.Units.Together(
            Enumerable.Range(0, 7).ToList(),
            i => Volatile.Write(ref loads[i], units[i].LoadAsync(i == 6 ? missing : read, ids[i % 6], Ct).AsTask())
        );
        await StartedAsync(loads);

        await Should.ThrowAsync<Exception>(loads[2]);
        await Should.ThrowAsync<DbException>(loads[6]);
        foreach (var load in loads.Where((_, i) => i is not 2 and not 6))
        {
            (await load).ShouldBe("good");
        }

        foreach (var work in units)
        {
            await work.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_action_after_the_commit_that_fails_does_not_make_the_commit_fail()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var ran = false;
        await using var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid()));
        work.Execute(store.Effect("done"));
        work.OnCommitted(() => throw new InvalidOperationException("on purpose"));
        work.OnCommitted(() => ran = true);

        await work.CommitAsync(Ct);

        ran.ShouldBeTrue();
        (await store.EffectsAsync("done")).ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_blocks_the_thread_its_commit_ended_on_does_not_stop_the_commits_of_others()
    {
        await using var store = await PostgresStores.StartAsync(null, configure: options => options.CommitLanes = 1);
        using var other = new ManualResetEventSlim();
        async Task Blocking()
        {
            await CommitAsync(store, store.Effect("first")).ConfigureAwait(false);
            // Waits, as programs do, for something that another commit brings.
            other.Wait(TimeSpan.FromSeconds(90), Ct).ShouldBeTrue();
        }

        var blocking = Task.Run(Blocking, Ct);
        for (var i = 0; i < 5; i++)
        {
            await Task.Run(() => CommitAsync(store, store.Effect("second")), Ct).WaitAsync(TimeSpan.FromSeconds(60), Ct);
        }

        other.Set();
        await blocking;
        (await store.EffectsAsync("second")).ShouldBe(5);
    }

    private static KeyedRead<string> Read(string table) =>
        new(
            $"SELECT id, name FROM {table} WHERE id = ANY(@ids)",
            $"SELECT id, name FROM {table} WHERE id = @id FOR UPDATE",
            row => row.GetString(1)
        );

    private static async Task CommitAsync(StoreFixture store, Statement statement)
    {
        await using var work = store.Units.Create(new InboxKey(Guid.NewGuid(), Guid.NewGuid()));
        work.Execute(statement);
        await work.CommitAsync(Ct).ConfigureAwait(false);
    }

    private static async Task<Task[]> CommitAsync(StoreFixture store, int count, Func<int, Statement> statement)
    {
        var commits = new Task[count];
        store.Units.Together(Enumerable.Range(0, count).ToList(), i => Volatile.Write(ref commits[i], CommitAsync(store, statement(i))));
        await StartedAsync(commits);
        return commits;
    }

    // On a busy machine a piece may take so long to start that another thread starts those behind it.
    private static Task StartedAsync(Task[] started) =>
        Eventually.Until(() => !Array.Exists(started, task => task is null), TimeSpan.FromSeconds(20), "all are started", Ct);
}
