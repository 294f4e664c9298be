using Npgsql;
using NpgsqlTypes;

namespace Coordination.Persistence;

/// <summary>
/// Group commit and group reads. Units of work that want to read or commit at the same time share a round trip and a transaction, where a lane is free at
/// once and otherwise with whoever waits for the same lane:
/// 1. the rows that messages of the moment need are read with one query per table, without locks;
/// 2. the units commit in one batch, which is one transaction: inbox rows, statements of the same text as one, outbox rows;
/// 3. when anything in it fails (a duplicate, a row that another process changed, a bad value) nothing of it is committed, and each
///    unit commits by itself: a bad message never spoils its neighbours.
/// </summary>
internal sealed class PostgresGroups
{
    private readonly NpgsqlDataSource dataSource;
    private readonly PostgresStoreOptions options;
    private readonly Burst burst;

    public PostgresGroups(NpgsqlDataSource dataSource, PostgresStoreOptions options, TimeProvider clock)
    {
        this.dataSource = dataSource;
        this.options = options;
        Reads = new Gatherer<RowRequest>(options.CommitLanes, options.MostInCommit, ReadAsync);
        Commits = new Gatherer<CommitRequest>(options.CommitLanes, options.MostInCommit, group => CommitAsync(group, Commits!));
        Unhurried = new Gatherer<CommitRequest>(1, options.MostInCommit, group => CommitAsync(group, Unhurried!));
        burst = new Burst([Reads, Commits], clock);
    }

    public Gatherer<RowRequest> Reads { get; }

    public Gatherer<CommitRequest> Commits { get; }

    /// <summary>
    /// Commits that need not outlive a crash of the database. The setting that says so is one of the whole transaction: beside it a commit that must last
    /// would be confirmed and lost.
    /// </summary>
    public Gatherer<CommitRequest> Unhurried { get; }

    public KeyedGate Rows { get; } = new();

    /// <summary>Starts what belongs together, for example the messages that have just arrived: see <see cref="Burst"/>.</summary>
    public void Start<T>(IReadOnlyList<T> items, Action<T> start) => burst.Run(items, start);

    private async Task ReadAsync(IReadOnlyList<RowRequest> group)
    {
        var tables = group.GroupBy(request => request.Table).ToList();
        try
        {
            await ReadTablesAsync(tables).ConfigureAwait(false);
        }
        catch (PostgresException) when (tables.Count > 1)
        {
            // One of the tables cannot be read; who asked for the others must not suffer.
            foreach (var table in tables)
            {
                try
                {
                    await ReadTablesAsync([table]).ConfigureAwait(false);
                }
                catch (Exception error) when (error is not OutOfMemoryException)
                {
                    Fail(table, error);
                }
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            Fail(group, error);
        }

        // What follows the reads are the commits: started together, they come together.
        burst.Run(group, request => request.Complete(), Reads);
    }

    private static void Fail(IEnumerable<RowRequest> requests, Exception error)
    {
        foreach (var request in requests)
        {
            request.Error = error;
        }
    }

    private async Task ReadTablesAsync(IReadOnlyList<IGrouping<object, RowRequest>> tables)
    {
        var connection = default(NpgsqlConnection);
        try
        {
            connection = await dataSource.OpenConnectionAsync().ConfigureAwait(false);
            await using var batch = new NpgsqlBatch(connection);
            foreach (var table in tables)
            {
                var ids = table.Select(request => request.Id).Distinct().ToArray();
                batch.BatchCommands.Add(
                    new NpgsqlBatchCommand(PositionalSql.Of(table.First().Many).Text)
                    {
                        Parameters =
                        {
                            new NpgsqlParameter<Guid[]> { TypedValue = ids, NpgsqlDbType = NpgsqlDbType.Uuid | NpgsqlDbType.Array },
                        },
                    }
                );
            }

            await using var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
            foreach (var table in tables)
            {
                var waiting = table.ToLookup(request => request.Id);
                while (await reader.ReadAsync().ConfigureAwait(false))
                {
                    foreach (var request in waiting[reader.GetGuid(0)])
                    {
                        request.Take(reader);
                    }
                }

                await reader.NextResultAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            await CloseAsync(connection).ConfigureAwait(false);
        }
    }

    private async Task CommitAsync(IReadOnlyList<CommitRequest> group, IHoldable lane)
    {
        IReadOnlyList<CommitRequest>[] chains = [.. group.Select(request => request.Take())];
        CommitRequest[] all = [.. chains.SelectMany(chain => chain)];
        Failpoint.Hit(Failpoints.BeforeCommit);
        if (all.Length == 1)
        {
            await AloneAsync(all[0]).ConfigureAwait(false);
            burst.Run(all, request => request.Complete(), lane);
            return;
        }

        try
        {
            await RunAsync([.. chains.Select(chain => chain.Select(request => request.Member).ToArray())]).ConfigureAwait(false);
        }
        catch (Exception error) when (error is PostgresException { } refused ? !IsEndOfSession(refused) : IsOfTheCaller(error))
        {
            foreach (var chain in chains)
            {
                await OneByOneAsync(chain).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // No answer: committed or not. Each message comes again and its inbox row tells.
            foreach (var request in all)
            {
                request.Error = error;
            }
        }

        burst.Run(all, request => request.Complete(), lane);
    }

    private async Task OneByOneAsync(IReadOnlyList<CommitRequest> chain)
    {
        var isBroken = false;
        foreach (var request in chain)
        {
            if (isBroken)
            {
                // It has seen what the one before wrote, and that is not there. A version alone would not tell: another process may have made the same one.
                request.Error = new GuardFailedException(NotThere);
                continue;
            }

            await AloneAsync(request).ConfigureAwait(false);
            isBroken = request.Error is not null || request.IsDuplicate;
        }
    }

    /// <summary>What a unit of work is told that built on another one's uncommitted row: it is tried again, as after any conflict.</summary>
    public const string NotThere = "the row's state before, by another message, was not committed";

    /// <summary>
    /// A value that does not fit its kind, text that is no Unicode, a parameter that is missing: found out while the batch is written, before the server has
    /// anything to commit.
    /// </summary>
    private static bool IsOfTheCaller(Exception error) =>
        error is InvalidCastException or ArgumentException or NotSupportedException or FormatException or OverflowException;

    /// <summary>The server ended the session (57P01 and the like), perhaps between its commit and the answer.</summary>
    private static bool IsEndOfSession(PostgresException error) => error.InvariantSeverity is "FATAL" or "PANIC";

    private async Task AloneAsync(CommitRequest request)
    {
        PostgresCommit? commit = null;
        try
        {
            commit = await RunAsync(
                    [
                        [request.Member],
                    ],
                    made => commit = made
                )
                .ConfigureAwait(false);
        }
        catch (PostgresException error) when (commit?.IsDuplicate(error) == true)
        {
            request.IsDuplicate = true;
        }
        catch (PostgresException error) when (commit?.FailedGuard(error) is { } guard)
        {
            request.Error = new GuardFailedException(guard);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            request.Error = error;
        }
    }

    private async Task<PostgresCommit> RunAsync(IReadOnlyList<CommitMember[]> chains, Action<PostgresCommit>? made = null)
    {
        var connection = await dataSource.OpenConnectionAsync().ConfigureAwait(false);
        try
        {
            // A batch without BEGIN is a transaction of its own: two statements less.
            await using var batch = new NpgsqlBatch(connection);
            var commit = new PostgresCommit(batch, chains);
            made?.Invoke(commit);
            commit.Write(options.Grace);
            await commit.RunAsync(commits: false, CancellationToken.None).ConfigureAwait(false);
            return commit;
        }
        finally
        {
            await CloseAsync(connection).ConfigureAwait(false);
        }
    }

    private static ValueTask CloseAsync(NpgsqlConnection? connection) => connection?.DisposeAsync() ?? ValueTask.CompletedTask;
}
