using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using Npgsql;
using Testcontainers.PostgreSql;

namespace Coordination.Testing;

/// <summary>A PostgreSQL server for tests. Give each test a database of its own: <see cref="NewDatabaseAsync"/>.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly IServerNode? node;
    private readonly bool shared;

    private PostgresServer(IServerNode? node, bool shared, string connectionString)
    {
        this.node = node;
        this.shared = shared;
        ConnectionString = connectionString;
    }

    /// <summary>The database "postgres", as its superuser.</summary>
    public string ConnectionString { get; }

    /// <summary>A new database that nobody else uses; returns its connection string.</summary>
    /// <param name="template">A database to copy, by name or by connection string. Connections to it are closed first.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<string> NewDatabaseAsync(string? template = null, CancellationToken ct = default)
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(ct);
        if (template is null)
        {
            await ExecuteAsync(connection, $"create database {name}", ct);
        }
        else
        {
            var original = template.Contains('=', StringComparison.Ordinal)
                ? new NpgsqlConnectionStringBuilder(template).Database!
                : template;
            var end =
                $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{original.Replace("'", "''", StringComparison.Ordinal)}'";
            var copy = $"create database {name} template \"{original.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
            // A pool's idle connection to the template would forbid the copy; one that is just ending still counts.
            await Eventually.Until(
                async () =>
                {
                    await ExecuteAsync(connection, end, ct);
                    await ExecuteAsync(connection, copy, ct);
                    return true;
                },
                TimeSpan.FromSeconds(10),
                $"a copy of the database {original}",
                ct
            );
        }
        // Small pools that shrink soon: hundreds of databases share one server's connections.
        return new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            Database = name,
            MaxPoolSize = 30,
            ConnectionIdleLifetime = 5,
            ConnectionPruningInterval = 2,
            Pooling = true,
            IncludeErrorDetail = true,
        }.ConnectionString;
    }

    /// <summary>Stops a dedicated server in good order: port and data are kept.</summary>
    public Task StopAsync(CancellationToken ct = default) => Dedicated.StopAsync(ct);

    /// <summary>Ends a dedicated server without warning (SIGKILL): port and what it wrote are kept.</summary>
    public Task KillAsync(CancellationToken ct = default) => Dedicated.KillAsync(ct);

    /// <summary>Starts a dedicated server again and returns when it can be used.</summary>
    public async Task StartAsync(CancellationToken ct = default)
    {
        await Dedicated.StartAsync(ct);
        await ReadyAsync(ct);
    }

    /// <summary>The server's first process, for measuring; null when it cannot be seen from here.</summary>
    public Task<int?> ProcessIdAsync(CancellationToken ct) => node?.ProcessIdAsync(ct) ?? Task.FromResult<int?>(null);

    public async ValueTask DisposeAsync()
    {
        if (node is not null)
            await node.DisposeAsync();
    }

    private IServerNode Dedicated =>
        shared
            ? throw new InvalidOperationException(
                "All tests of this process share this server. Use TestServers.StartDedicatedPostgresAsync to stop one."
            )
            : node!;

    // Not durable: nothing is flushed to the disk, but each commit still reaches the kernel, so it survives a kill of the server.
    internal static string[] Settings(bool durable) =>
        durable
            ? ["-c", "fsync=on", "-c", "full_page_writes=on", "-c", "synchronous_commit=on"]
            : ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=on"];

    internal static async Task<PostgresServer> StartAsync(
        ServerMode mode,
        bool shared,
        bool durable,
        CancellationToken ct,
        bool hostNetwork = false
    )
    {
        const string user = "coordination";
        var password = Guid.NewGuid().ToString("N");
        var port = FreePort.Next();
        IServerNode started = mode switch
        {
            ServerMode.Containers when hostNetwork => new ContainerNode(OnHostNetwork(port, user, password, durable)),
            ServerMode.Containers => new ContainerNode(
                new PostgreSqlBuilder("postgres:17")
                    .WithUsername(user)
                    .WithPassword(password)
                    .WithDatabase("postgres")
                    .WithPortBinding(port, 5432)
                    .WithCommand(["-c", "max_connections=500", .. Settings(durable)])
                    .Build()
            ),
            _ => new NativePostgres(port, user, password, durable),
        };
        var address = $"Host=127.0.0.1;Port={port};Username={user};Password={password};Database=postgres;Pooling=false;Timeout=15";
        var server = new PostgresServer(started, shared, address);
        try
        {
            await started.StartAsync(ct);
            await server.ReadyAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    // Testcontainers' own builder would wait for published ports.
    private static IContainer OnHostNetwork(int port, string user, string password, bool durable) =>
        new ContainerBuilder("postgres:17")
            .WithEnvironment("POSTGRES_USER", user)
            .WithEnvironment("POSTGRES_PASSWORD", password)
            .WithEnvironment("POSTGRES_DB", "postgres")
            .WithCommand("-c", $"port={port}", "-c", "max_connections=500")
            .WithCommand(Settings(durable))
            .WithCreateParameterModifier(DockerEngine.UseHostNetwork)
            .Build();

    internal static async Task<PostgresServer> AttachAsync(string connectionString, CancellationToken ct)
    {
        var server = new PostgresServer(node: null, shared: true, connectionString);
        await server.ReadyAsync(ct);
        return server;
    }

    private async Task ReadyAsync(CancellationToken ct)
    {
        string? ended = null;
        await Eventually.Until(
            async () =>
            {
                ended = node?.Ended();
                if (ended is not null)
                    return true;
                await using var connection = new NpgsqlConnection(ConnectionString);
                await connection.OpenAsync(ct);
                await ExecuteAsync(connection, "select 1", ct);
                return true;
            },
            StartLimit,
            $"PostgreSQL at 127.0.0.1:{new NpgsqlConnectionStringBuilder(ConnectionString).Port} to answer a query",
            ct
        );
        if (ended is not null)
            throw new ServerUnavailableException($"PostgreSQL ended while it started. Its last lines:\n{ended}");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
