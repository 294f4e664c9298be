using System.Data.Common;
using Npgsql;

namespace Coordination.Persistence;

/// <summary>Makes units of work on PostgreSQL and runs single statements.</summary>
internal sealed class PostgresStore(
    NpgsqlDataSource dataSource,
    PostgresStoreOptions options,
    CommitAnnouncer announcer,
    TimeProvider clock
) : IUnitOfWorkFactory
{
    public NpgsqlDataSource DataSource => dataSource;

    public PostgresStoreOptions Options => options;

    public SqlDialect Dialect { get; } = new PostgresDialect(options.Embedded);

    /// <summary>
    /// Units of work that hold a connection while a handler runs: half the pool at most. What they ask for beside their transaction, and the groups, use the
    /// other half; without the bound they could take every connection and wait for one.
    /// </summary>
    public SemaphoreSlim OwnTransactions { get; } = new(HalfOf(dataSource));

    public PostgresGroups Groups { get; } = new(dataSource, options, clock);

    public IUnitOfWork Create(InboxKey? inbox = null, bool alone = false) => new PostgresUnitOfWork(this, inbox, alone);

    public void Together<T>(IReadOnlyList<T> items, Action<T> start) => Groups.Start(items, start);

    public async Task<IReadOnlyList<T>> QueryAsync<T>(
        Statement statement,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken = default
    )
    {
        await using var command = dataSource.CreateCommand();
        statement.BindTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public async Task<int> ExecuteAsync(Statement statement, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand();
        statement.BindTo(command);
        var affected = await command.ExecuteNonQueryAsync(cancellationToken);
        return affected == 0 && statement.MustAffect is { } guard ? throw new GuardFailedException(guard) : affected;
    }

    public void Announce(PendingChanges changes, IReadOnlyList<long> ids, IReadOnlyList<long> older) =>
        announcer.Announce(changes, ids, older);

    private static int HalfOf(NpgsqlDataSource dataSource) =>
        Math.Max(1, new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).MaxPoolSize / 2);

    public static NpgsqlDataSource CreateDataSource(PostgresStoreOptions options)
    {
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        var settings = builder.ConnectionStringBuilder;

        // Tells which guard of a batch failed.
        settings.IncludeFailedBatchedCommand = true;

        // ShouldSerialize says what was given; ContainsKey is true for every keyword there is.
        if (!settings.ShouldSerialize("Max Auto Prepare"))
        {
            settings.MaxAutoPrepare = 200;
            settings.AutoPrepareMinUsages = 2;
        }

        if (!settings.ShouldSerialize("No Reset On Close"))
        {
            settings.NoResetOnClose = true;
        }

        if (!settings.ShouldSerialize("Application Name"))
        {
            settings.ApplicationName = "coordination";
        }

        if (settings.Host!.Contains(',', StringComparison.Ordinal))
        {
            NewestPrimary.Guard(builder);
        }

        options.ConfigureDataSource?.Invoke(builder);
        return builder.Build();
    }
}
