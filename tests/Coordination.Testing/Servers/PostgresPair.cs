using System.Text;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Networks;
using Npgsql;
using Testcontainers.PostgreSql;

namespace Coordination.Testing;

/// <summary>A PostgreSQL primary and its synchronous standby, to try what happens when the first dies and the second takes over. Dispose it.</summary>
public sealed class PostgresPair : IAsyncDisposable
{
    private const string User = "coordination";
    private const string DatabaseName = "pair";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly string password = Guid.NewGuid().ToString("N");
    private readonly int primaryPort = FreePort.Next();
    private readonly int standbyPort = FreePort.Next();
    private readonly INetwork? network;
    private readonly IServerNode primary;
    private readonly IServerNode standby;

    private PostgresPair(ServerMode mode)
    {
        if (mode == ServerMode.Native)
        {
            primary = new NativePostgres(primaryPort, User, password, durable: false);
            standby = new NativePostgres(standbyPort, User, password, durable: false, standbyOf: primaryPort);
            return;
        }

        network = new NetworkBuilder().WithName($"coordination-test-{Guid.NewGuid():N}").Build();
        primary = new ContainerNode(
            new PostgreSqlBuilder("postgres:17")
                .WithUsername(User)
                .WithPassword(password)
                .WithDatabase("postgres")
                .WithNetwork(network)
                .WithNetworkAliases("primary")
                .WithPortBinding(primaryPort, 5432)
                .WithResourceMapping(
                    Encoding.UTF8.GetBytes("echo 'host replication all all scram-sha-256' >>\"$PGDATA/pg_hba.conf\"\n"),
                    "/docker-entrypoint-initdb.d/replication.sh"
                )
                .WithCommand(["-c", "max_connections=500", .. PostgresServer.Settings(durable: false)])
                .Build()
        );
        const string asPostgres = "setpriv --reuid=postgres --regid=postgres --init-groups";
        var copy = $"""
            set -eu
            data=/var/lib/postgresql/standby
            if [ ! -e $data/PG_VERSION ]; then
                mkdir -p $data && chown postgres $data && chmod 700 $data
                {asPostgres} pg_basebackup -h primary -U {User} -D $data --write-recovery-conf --checkpoint=fast --wal-method=stream
            fi
            exec {asPostgres} $(command -v postgres || ls /usr/lib/postgresql/*/bin/postgres | tail -1) -D $data -c listen_addresses='*' -c max_connections=500 -c fsync=off
            """;
        standby = new ContainerNode(
            new ContainerBuilder("postgres:17")
                .WithNetwork(network)
                .WithPortBinding(standbyPort, 5432)
                .WithEnvironment("PGPASSWORD", password)
                .WithEntrypoint("bash", "-c", copy)
                .Build()
        );
    }

    /// <summary>One connection string that names both, the first primary first.</summary>
    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder(At(primaryPort))
        {
            Host = $"127.0.0.1:{primaryPort},127.0.0.1:{standbyPort}",
            TargetSessionAttributes = "primary",
            Pooling = true,
            MaxPoolSize = 30,
            Timeout = 5,
        }.ConnectionString;

    /// <summary>The server that was primary at the beginning.</summary>
    public string First => At(primaryPort);

    /// <summary>The server that was its standby.</summary>
    public string Second => At(standbyPort);

    public static async Task<PostgresPair> StartAsync(CancellationToken ct)
    {
        var pair = new PostgresPair(await TestServers.Mode(ct));
        try
        {
            if (pair.network is not null)
                await pair.network.CreateAsync(ct);
            await pair.primary.StartAsync(ct);
            await AnswersAsync(pair.First, ct);
            await ExecuteAsync(
                new NpgsqlConnectionStringBuilder(pair.First) { Database = "postgres" }.ConnectionString,
                "create database pair",
                ct
            );
            await pair.standby.StartAsync(ct);
            await AnswersAsync(pair.Second, ct);
            await ExecuteAsync(pair.First, "alter system set synchronous_standby_names = '*'", ct);
            await ExecuteAsync(pair.First, "select pg_reload_conf()", ct);
            await Eventually.Until(
                async () => await ScalarAsync(pair.First, "select count(*) from pg_stat_replication where sync_state = 'sync'", ct) is 1L,
                Limit,
                "the standby to be synchronous",
                ct
            );
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the first primary without warning (SIGKILL).</summary>
    public Task KillFirstAsync(CancellationToken ct) => primary.KillAsync(ct);

    /// <summary>Makes the standby the primary and returns when it takes writes.</summary>
    public async Task PromoteSecondAsync(CancellationToken ct)
    {
        if ((bool)(await ScalarAsync(Second, "select pg_promote(true, 60)", ct))! == false)
            throw new InvalidOperationException("The standby could not be promoted.");
    }

    /// <summary>Brings the first primary back as it was, and lets it take writes without its standby: nobody told it that it was replaced.</summary>
    public async Task BringFirstBackAsync(CancellationToken ct)
    {
        await primary.StartAsync(ct);
        await AnswersAsync(First, ct);
        await ExecuteAsync(First, "alter system reset synchronous_standby_names", ct);
        await ExecuteAsync(First, "select pg_reload_conf()", ct);
        await Eventually.Until(
            async () => (string?)await ScalarAsync(First, "show synchronous_standby_names", ct) is "",
            Limit,
            "the first primary to take writes alone",
            ct
        );
    }

    public async ValueTask DisposeAsync()
    {
        await standby.DisposeAsync();
        await primary.DisposeAsync();
        if (network is not null)
            await network.DisposeAsync();
    }

    private string At(int port) =>
        $"Host=127.0.0.1;Port={port};Username={User};Password={password};Database={DatabaseName};Pooling=false;Timeout=15";

    private static Task AnswersAsync(string address, CancellationToken ct) =>
        Eventually.Until(
            async () =>
            {
                var anyDatabase = new NpgsqlConnectionStringBuilder(address) { Database = "postgres" }.ConnectionString;
                return await ScalarAsync(anyDatabase, "select 1", ct) is 1;
            },
            Limit,
            "PostgreSQL to answer a query",
            ct
        );

    private static async Task ExecuteAsync(string address, string sql, CancellationToken ct) => await ScalarAsync(address, sql, ct);

    private static async Task<object?> ScalarAsync(string address, string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(ct);
    }
}
