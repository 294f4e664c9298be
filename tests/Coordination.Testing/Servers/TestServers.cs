using DotNet.Testcontainers.Builders;

namespace Coordination.Testing;

/// <summary>
/// Real servers for tests. One RabbitMQ and one PostgreSQL serve all tests of a process; each is started when a test first
/// asks for it and removed when the process ends. A test that asks carries <c>[Trait("needs", "servers")]</c>.
/// </summary>
/// <remarks>
/// COORDINATION_TEST_SERVERS says where they run: <c>containers</c>, <c>native</c>, <c>none</c> (asking is an error: the
/// tests that promise to need no server are run so), or unset: containers where a Docker engine answers, else native.
/// COORDINATION_TEST_RABBITMQ (an amqp address) and COORDINATION_TEST_POSTGRES (a connection string) name running servers
/// to be used as the shared ones instead.
/// </remarks>
public static class TestServers
{
    private static readonly Lazy<Task<ServerMode>> Chosen = new(ChooseAsync);
    private static readonly Lazy<Task<RabbitServer>> SharedRabbit = new(StartSharedRabbitAsync);
    private static readonly Lazy<Task<PostgresServer>> SharedPostgres = new(StartSharedPostgresAsync);

    /// <summary>Where servers run in this process.</summary>
    public static Task<ServerMode> Mode(CancellationToken ct) => Chosen.Value.WaitAsync(ct);

    /// <summary>The RabbitMQ node of this process.</summary>
    /// <exception cref="ServerUnavailableException">It cannot be had; the message says what is missing.</exception>
    public static Task<RabbitServer> Rabbit(CancellationToken ct) => SharedRabbit.Value.WaitAsync(ct);

    /// <summary>The PostgreSQL server of this process. It does not flush to disk.</summary>
    /// <exception cref="ServerUnavailableException">It cannot be had; the message says what is missing.</exception>
    public static Task<PostgresServer> Postgres(CancellationToken ct) => SharedPostgres.Value.WaitAsync(ct);

    /// <summary>A RabbitMQ node for one test that stops, kills or restarts it. Dispose it.</summary>
    /// <param name="ct">Cancels the start.</param>
    /// <param name="hostNetwork">A container uses this machine's own network: no bridge takes a share of what is measured.</param>
    public static async Task<RabbitServer> StartDedicatedRabbitAsync(CancellationToken ct, bool hostNetwork = false)
    {
        var mode = await Mode(ct);
        return await ExplainAsync(mode, () => RabbitServer.StartAsync(mode, shared: false, ct, hostNetwork));
    }

    /// <summary>A PostgreSQL server for one test that stops, kills or restarts it. Dispose it.</summary>
    /// <param name="ct">Cancels the start.</param>
    /// <param name="durable">True: flushes to disk as in production. False is quicker and still loses nothing by a kill.</param>
    /// <param name="hostNetwork">A container uses this machine's own network: no bridge takes a share of what is measured.</param>
    public static async Task<PostgresServer> StartDedicatedPostgresAsync(
        CancellationToken ct,
        bool durable = false,
        bool hostNetwork = false
    )
    {
        var mode = await Mode(ct);
        return await ExplainAsync(mode, () => PostgresServer.StartAsync(mode, shared: false, durable, ct, hostNetwork));
    }

    private static async Task<RabbitServer> StartSharedRabbitAsync()
    {
        if (Setting("COORDINATION_TEST_RABBITMQ") is { } address)
            return await RabbitServer.AttachAsync(address, CancellationToken.None);
        var mode = await Chosen.Value;
        var server = await ExplainAsync(mode, () => RabbitServer.StartAsync(mode, shared: true, CancellationToken.None));
        DisposeAtExit(server);
        return server;
    }

    private static async Task<PostgresServer> StartSharedPostgresAsync()
    {
        if (Setting("COORDINATION_TEST_POSTGRES") is { } connectionString)
            return await PostgresServer.AttachAsync(connectionString, CancellationToken.None);
        var mode = await Chosen.Value;
        var server = await ExplainAsync(mode, () => PostgresServer.StartAsync(mode, shared: true, durable: false, CancellationToken.None));
        DisposeAtExit(server);
        return server;
    }

    private static async Task<ServerMode> ChooseAsync() =>
        Setting("COORDINATION_TEST_SERVERS") switch
        {
            "containers" => ServerMode.Containers,
            "native" => ServerMode.Native,
            null => await DockerEngine.AnswersAsync(CancellationToken.None) ? ServerMode.Containers : ServerMode.Native,
            "none" => throw new ServerUnavailableException(
                "This test asks for a server, but COORDINATION_TEST_SERVERS is \"none\" because only tests without servers are run. "
                    + "Mark the test or its class with [Trait(\"needs\", \"servers\")]."
            ),
            var other => throw new ServerUnavailableException(
                $"COORDINATION_TEST_SERVERS is \"{other}\"; it may be containers, native, none or unset."
            ),
        };

    private static async Task<T> ExplainAsync<T>(ServerMode mode, Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (Exception e) when (mode == ServerMode.Containers && e is not OperationCanceledException)
        {
            var missing =
                e is DockerUnavailableException
                    ? "no Docker engine can be used. Start one"
                    : "it did not start. The images postgres:17 and rabbitmq:4-management must be here or in a registry that this machine reaches (docker pull)";
            throw new ServerUnavailableException(
                $"A server was to run in a container (COORDINATION_TEST_SERVERS), but {missing}, or run ./test.sh --native, "
                    + $"which installs RabbitMQ and PostgreSQL from packages. {e.Message}",
                e
            );
        }
    }

    private static void DisposeAtExit(IAsyncDisposable server) =>
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(15));

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
