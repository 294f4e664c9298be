using Coordination.Testing;
using Npgsql;

namespace Coordination.Persistence.Tests;

/// <summary>Units of work that change one row and come at once commit as a chain, each on what the one before leaves.</summary>
[Trait("needs", "servers")]
public sealed class Units_of_work_on_one_row
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("req", "WAL-12")]
    public async Task Twenty_that_come_together_cost_one_read_and_one_commit()
    {
        var database = await PostgresStores.NewDatabaseAsync();
        await using (await PostgresStores.StartAsync(null, database)) { }

        var settings = new NpgsqlConnectionStringBuilder(database);
        await using var counter = new RoundTripCounter(settings.Host!, settings.Port);
        (settings.Host, settings.Port) = ("127.0.0.1", counter.Port);
        await using var store = await PostgresStores.StartAsync(null, settings.ConnectionString, migrate: false);
        var rows = await CountedRows.MakeAsync(store);
        var id = await rows.AddAsync();
        Task Commit() => Task.WhenAll(Together(store, 20, (_, work) => rows.RaiseAsync(work, id)));

        for (var i = 0; i < 3; i++)
        {
            await Commit();
        }

        (await counter.CountAsync(Commit)).ShouldBe(2);
        (await rows.ReadAsync(id)).ShouldBe((Version: 81, Value: 80));
        (await store.CountAsync("inbox")).ShouldBe(80);
    }

    [Fact]
    [Trait("req", "OBX-02")]
    public async Task What_one_fails_to_commit_is_in_none_behind_it()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var rows = await CountedRows.MakeAsync(store);
        var id = await rows.AddAsync();
        var commits = Together(
            store,
            10,
            async (i, work) =>
            {
                if (i == 4)
                {
                    work.Execute(store.Effect(null!));
                }

                await rows.RaiseAsync(work, id);
            }
        );

        await Task.WhenAll(commits).ContinueWith(_ => { }, Ct);
        commits.Take(4).ShouldAllBe(commit => commit.IsCompletedSuccessfully);
        await Should.ThrowAsync<PostgresException>(commits[4]);
        foreach (var behind in commits.Skip(5))
        {
            Faults.IsConflict(await Should.ThrowAsync<GuardFailedException>(behind)).ShouldBeTrue();
        }

        (await rows.ReadAsync(id)).ShouldBe((Version: 5, Value: 4));
        (await store.CountAsync("inbox")).ShouldBe(4);
    }

    [Fact]
    [Trait("req", "OBX-02")]
    public async Task A_copy_of_a_message_in_the_chain_has_no_effect_and_those_behind_it_come_again()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var rows = await CountedRows.MakeAsync(store);
        var id = await rows.AddAsync();
        var key = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        var commits = Together(store, 6, (_, work) => rows.RaiseAsync(work, id), i => i is 1 or 3 ? key : null);

        await Task.WhenAll(commits).ContinueWith(_ => { }, Ct);
        commits[3].IsCompletedSuccessfully.ShouldBeTrue();
        commits.Select(commit => commit.IsCompletedSuccessfully).ShouldBe([true, true, true, true, false, false]);
        (await rows.ReadAsync(id)).ShouldBe((Version: 4, Value: 3));
    }

    [Fact]
    public async Task One_that_gives_up_before_its_commit_leaves_the_row_as_it_found_it()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var rows = await CountedRows.MakeAsync(store);
        var id = await rows.AddAsync();
        var commits = Together(
            store,
            6,
            async (i, work) =>
            {
                await rows.RaiseAsync(work, id);
                if (i % 2 == 1)
                {
                    throw new InvalidDataException("refused");
                }
            }
        );

        await Task.WhenAll(commits).ContinueWith(_ => { }, Ct);
        commits.Count(commit => commit.IsCompletedSuccessfully).ShouldBe(3);
        (await rows.ReadAsync(id)).ShouldBe((Version: 4, Value: 3));
    }

    [Fact]
    [Trait("req", "OBX-07")]
    public async Task A_timer_that_one_stores_is_cancelled_by_the_next()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var rows = await CountedRows.MakeAsync(store);
        var id = await rows.AddAsync();
        var token = Guid.NewGuid();
        await Task.WhenAll(
            Together(
                store,
                2,
                async (i, work) =>
                {
                    await rows.RaiseAsync(work, id);
                    if (i == 0)
                    {
                        work.Send(StoreFixture.Timer(token, TimeSpan.FromHours(1)));
                    }
                    else
                    {
                        work.CancelTimer(token);
                    }
                }
            )
        );

        (await store.CountAsync("outbox")).ShouldBe(0);
        (await rows.ReadAsync(id)).ShouldBe((Version: 3, Value: 2));
    }

    [Fact]
    public async Task A_row_that_one_removes_is_not_there_for_the_next()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var rows = await CountedRows.MakeAsync(store);
        var id = await rows.AddAsync();
        var found = new List<bool>();
        await Task.WhenAll(
            Together(
                store,
                3,
                async (i, work) =>
                {
                    var row = await work.LoadAsync(rows.Read, id, Ct);
                    found.Add(row is not null);
                    if (i == 1)
                    {
                        work.Execute(rows.Delete(row!));
                        work.HandOn(rows.Read, id, null);
                    }
                }
            )
        );

        found.ShouldBe([true, true, false]);
    }

    /// <summary>Two processes, few rows, failures of every kind: each success raised its row by one and no failure did.</summary>
    [Fact]
    [Trait("req", "OBX-02")]
    public async Task Two_processes_lose_and_double_nothing()
    {
        var database = await PostgresStores.NewDatabaseAsync();
        await using var one = await PostgresStores.StartAsync(null, database);
        await using var other = await PostgresStores.StartAsync(null, database, migrate: false);
        var rows = await CountedRows.MakeAsync(one);
        Guid[] ids = [await rows.AddAsync(), await rows.AddAsync(), await rows.AddAsync()];
        var raised = new int[ids.Length];
        var conflicts = 0;
        var random = new Random(7);
        var plans = Enumerable
            .Range(0, 60)
            .Select(_ => Enumerable.Range(0, 12).Select(_ => (Row: random.Next(ids.Length), Fate: random.Next(10))).ToArray())
            .ToArray();

        async Task WorkAsync(StoreFixture store, int first)
        {
            for (var round = first; round < plans.Length; round += 2)
            {
                var plan = plans[round];
                var commits = Together(
                    store,
                    plan.Length,
                    async (i, work) =>
                    {
                        await rows.RaiseAsync(work, ids[plan[i].Row]);
                        switch (plan[i].Fate)
                        {
                            case 0:
                                throw new InvalidDataException("refused");
                            case 1:
                                work.Execute(store.Effect(null!));
                                break;
                            case 2:
                                await work.QueryAsync(new Statement("SELECT 1"), row => row.GetInt32(0), Ct);
                                break;
                            case 3:
                                await Task.Yield();
                                break;
                        }
                    }
                );
                await Task.WhenAll(commits).ContinueWith(_ => { }, Ct);
                for (var i = 0; i < commits.Count; i++)
                {
                    if (commits[i].IsCompletedSuccessfully)
                    {
                        Interlocked.Increment(ref raised[plan[i].Row]);
                        plan[i].Fate.ShouldNotBeInRange(0, 1);
                    }
                    else if (commits[i].Exception!.InnerException is GuardFailedException)
                    {
                        Interlocked.Increment(ref conflicts);
                    }
                }
            }
        }

        await Task.WhenAll(Task.Run(() => WorkAsync(one, 0), Ct), Task.Run(() => WorkAsync(other, 1), Ct))
            .WaitAsync(TimeSpan.FromMinutes(1), Ct);

        for (var i = 0; i < ids.Length; i++)
        {
            (await rows.ReadAsync(ids[i])).ShouldBe((Version: raised[i] + 1, Value: raised[i]));
        }

        raised.Sum().ShouldBeGreaterThan(100);
        conflicts.ShouldBeGreaterThan(0);
        (await one.CountAsync("inbox")).ShouldBe(raised.Sum());
    }

    /// <summary>
    /// One in a group writes the row and a line of its record; one with a transaction of its own holds the row from its read on. Whichever order the handler
    /// wrote them in, the row is locked first.
    /// </summary>
    [Fact]
    public async Task A_group_and_one_with_row_locks_wait_for_each_other_and_never_in_a_circle()
    {
        await using var store = await PostgresStores.StartAsync(null);
        var rows = await CountedRows.MakeAsync(store);
        var id = await rows.AddAsync();
        var line = store.Sql.Table("line");
        await store.Units.ExecuteAsync(new Statement($"CREATE TABLE {line} (number int PRIMARY KEY)"));
        Statement Line() => new($"INSERT INTO {line} VALUES (@number)", ("number", 1, ColumnKind.Int32));

        await using var locking = store.Units.Create(alone: true);
        await locking.LoadAsync(rows.Read, id, Ct);
        await using var grouped = store.Units.Create();
        grouped.Execute(Line());
        await rows.RaiseAsync(grouped, id);
        var commit = grouped.CommitAsync(Ct);
        await Eventually.Until(() => WaitsAsync(store), TimeSpan.FromSeconds(20), "the group waits for the row");

        locking.Execute(Line());
        locking.Execute(rows.Raised(new Counted(id, 1, 0)));
        await locking.CommitAsync(Ct);
        await Should.ThrowAsync<GuardFailedException>(commit);
        (await rows.ReadAsync(id)).ShouldBe((Version: 2, Value: 1));
    }

    private static async Task<bool> WaitsAsync(StoreFixture store) =>
        (
            await store.Units.QueryAsync(
                new Statement(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
                ),
                row => row.GetInt64(0),
                Ct
            )
        )[0] > 0;

    private static List<Task> Together(StoreFixture store, int count, Func<int, IUnitOfWork, Task> fill, Func<int, InboxKey?>? key = null)
    {
        var commits = new List<Task>();
        store.Units.Together(
            Enumerable.Range(0, count).ToList(),
            i => commits.Add(RunAsync(store.Units.Create(key?.Invoke(i) ?? new InboxKey(Guid.NewGuid(), Guid.NewGuid())), i))
        );
        return commits;

        async Task RunAsync(IUnitOfWork work, int i)
        {
            await using (work)
            {
                await fill(i, work);
                await work.CommitAsync(Ct);
            }
        }
    }
}
