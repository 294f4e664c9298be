using System.Data.Common;
using Coordination.Persistence;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Coordination.Monitor;

/// <summary>
/// Reads of the monitor. On PostgreSQL they have connections of their own, few, read only and with a time limit, so that no page can take a connection or hold a lock
/// that running work needs. SQLite reads beside its writer anyway.
/// </summary>
internal sealed class Reads : IQueries, IAsyncDisposable
{
    private readonly IUnitOfWorkFactory units;
    private readonly NpgsqlDataSource? own;

    public Reads(IUnitOfWorkFactory units, MonitorOptions options, IOptions<PostgresStoreOptions> postgres)
    {
        this.units = units;
        if (!units.Dialect.IsEmbedded || postgres.Value.ConnectionString is { Length: > 0 })
            own = postgres.Value.ConnectionString is { Length: > 0 } ? Open(postgres.Value, options) : null;
    }

    public SqlDialect Dialect => units.Dialect;

    public bool IsPostgres => own is not null;

    public async Task<IReadOnlyList<T>> QueryAsync<T>(
        Statement statement,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken = default
    )
    {
        if (own is null)
            return await units.QueryAsync(statement, read, cancellationToken);
        await using var command = own.CreateCommand();
        statement.BindTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>The first row; null when there is none.</summary>
    public async Task<T?> FindAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellationToken = default)
        where T : class => await QueryAsync(statement, read, cancellationToken) is [var row, ..] ? row : null;

    public async ValueTask DisposeAsync()
    {
        if (own is not null)
            await own.DisposeAsync();
    }

    private static NpgsqlDataSource Open(PostgresStoreOptions postgres, MonitorOptions options)
    {
        var builder = new NpgsqlDataSourceBuilder(postgres.ConnectionString);
        var settings = builder.ConnectionStringBuilder;
        settings.ApplicationName = "coordination-monitor";
        settings.MinPoolSize = 0;
        settings.MaxPoolSize = options.ReadConnections;
        settings.MaxAutoPrepare = 0;
        settings.Timeout = Math.Max(1, (int)options.ReadTimeout.TotalSeconds);
        settings.CommandTimeout = Math.Max(1, (int)Math.Ceiling(options.ReadTimeout.TotalSeconds) + 1);
        settings.Options =
            $"{settings.Options} -c statement_timeout={(int)options.ReadTimeout.TotalMilliseconds} -c default_transaction_read_only=on -c lock_timeout=1000".Trim();
        postgres.ConfigureDataSource?.Invoke(builder);
        return builder.Build();
    }
}
