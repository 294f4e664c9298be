using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using RabbitMQ.Client;
using Testcontainers.RabbitMq;

namespace Coordination.Testing;

/// <summary>A RabbitMQ node for tests. Give each test a virtual host of its own: <see cref="NewVirtualHostAsync"/>.</summary>
public sealed class RabbitServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private readonly IServerNode? node;
    private readonly bool shared;
    private readonly HttpClient management;

    private RabbitServer(IServerNode? node, bool shared, Uri amqp, Uri management)
    {
        this.node = node;
        this.shared = shared;
        Amqp = amqp;
        this.management = new HttpClient { BaseAddress = management, Timeout = TimeSpan.FromSeconds(30) };
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(amqp.UserInfo)));
        this.management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
    }

    /// <summary>The address of the default virtual host, with an administrator's user name and password.</summary>
    public Uri Amqp { get; }

    /// <summary>The management interface; the user of <see cref="Amqp"/> may do everything.</summary>
    public Uri Management => management.BaseAddress!;

    /// <summary>A new, empty virtual host that nobody else uses.</summary>
    public async Task<Uri> NewVirtualHostAsync(CancellationToken ct = default)
    {
        var name = $"test-{Guid.NewGuid():N}";
        await PutAsync($"api/vhosts/{name}", new { description = "a test" }, ct);
        var everything = new
        {
            configure = ".*",
            write = ".*",
            read = ".*",
        };
        await PutAsync($"api/permissions/{name}/{Amqp.UserInfo.Split(':')[0]}", everything, ct);
        return new UriBuilder(Amqp) { Path = name }.Uri;
    }

    /// <summary>The address of a virtual host with a new user of these permissions, which are regular expressions.</summary>
    public async Task<Uri> NewUserAsync(
        Uri virtualHost,
        string name,
        string configure,
        string write,
        string read,
        CancellationToken ct = default
    )
    {
        var (user, password) = ($"{name}-{Guid.NewGuid():N}", Guid.NewGuid().ToString("N"));
        await PutAsync($"api/users/{user}", new { password, tags = "" }, ct);
        var allowed = new
        {
            configure,
            write,
            read,
        };
        await PutAsync($"api/permissions/{virtualHost.AbsolutePath.Trim('/')}/{user}", allowed, ct);
        return new UriBuilder(virtualHost) { UserName = user, Password = password }.Uri;
    }

    /// <summary>Runs rabbitmqctl and returns what it printed.</summary>
    public Task<string> Ctl(params string[] arguments) => Node.RunAsync("rabbitmqctl", arguments, CancellationToken.None);

    /// <summary>Stops a dedicated server in good order: ports and data are kept.</summary>
    public Task StopAsync(CancellationToken ct = default) => Dedicated.StopAsync(ct);

    /// <summary>Ends a dedicated server without warning (SIGKILL): ports and what is on disk are kept.</summary>
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
        management.Dispose();
        if (node is not null)
            await node.DisposeAsync();
    }

    private IServerNode Node =>
        node
        ?? throw new InvalidOperationException(
            "This server was named by COORDINATION_TEST_RABBITMQ: only its network addresses are known."
        );

    private IServerNode Dedicated =>
        shared
            ? throw new InvalidOperationException(
                "All tests of this process share this server. Use TestServers.StartDedicatedRabbitAsync to stop one."
            )
            : Node;

    internal static async Task<RabbitServer> StartAsync(ServerMode mode, bool shared, CancellationToken ct, bool hostNetwork = false)
    {
        const string user = "coordination";
        var password = Guid.NewGuid().ToString("N");
        int port = FreePort.Next(),
            managementPort = FreePort.Next();
        IServerNode started = mode switch
        {
            ServerMode.Containers when hostNetwork => new ContainerNode(OnHostNetwork(port, managementPort, user, password)),
            // The ports are fixed, not left to Docker: Docker gives a container other ports at each start.
            ServerMode.Containers => new ContainerNode(
                new RabbitMqBuilder("rabbitmq:4-management")
                    .WithUsername(user)
                    .WithPassword(password)
                    .WithPortBinding(port, 5672)
                    .WithPortBinding(managementPort, 15672)
                    .Build()
            ),
            _ => new NativeRabbit(port, managementPort, user, password),
        };
        var server = new RabbitServer(
            started,
            shared,
            new Uri($"amqp://{user}:{password}@127.0.0.1:{port}/"),
            new Uri($"http://127.0.0.1:{managementPort}/")
        );
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

    // On the host's network each of a node's ports must be its own: clients, management, metrics, Erlang's name server and the
    // cluster's. Testcontainers' own builder would wait for published ports.
    private static IContainer OnHostNetwork(int port, int managementPort, string user, string password)
    {
        var configuration = $"""
            listeners.tcp.default = 127.0.0.1:{port}
            management.tcp.port = {managementPort}
            prometheus.tcp.port = {FreePort.Next()}
            management_agent.disable_metrics_collector = true

            """;
        return new ContainerBuilder("rabbitmq:4-management")
            .WithEnvironment("RABBITMQ_DEFAULT_USER", user)
            .WithEnvironment("RABBITMQ_DEFAULT_PASS", password)
            .WithEnvironment("RABBITMQ_NODENAME", $"coordination-{port}@localhost")
            .WithEnvironment("RABBITMQ_DIST_PORT", $"{FreePort.Next()}")
            .WithEnvironment("ERL_EPMD_PORT", $"{FreePort.Next()}")
            // As for installed servers: idle schedulers must not spin.
            .WithEnvironment("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+sbwt none +sbwtdcpu none +sbwtdio none")
            .WithResourceMapping(Encoding.UTF8.GetBytes(configuration), "/etc/rabbitmq/conf.d/90-ports.conf")
            .WithCreateParameterModifier(DockerEngine.UseHostNetwork)
            .Build();
    }

    internal static async Task<RabbitServer> AttachAsync(string address, CancellationToken ct)
    {
        var amqp = new Uri(address);
        var managementAddress = Environment.GetEnvironmentVariable("COORDINATION_TEST_RABBITMQ_MANAGEMENT") is { Length: > 0 } given
            ? given
            : $"http://{amqp.Host}:15672/";
        var server = new RabbitServer(node: null, shared: true, amqp, new Uri(managementAddress));
        await server.ReadyAsync(ct);
        return server;
    }

    private async Task ReadyAsync(CancellationToken ct)
    {
        var factory = new ConnectionFactory { Uri = Amqp, RequestedConnectionTimeout = TimeSpan.FromSeconds(5) };
        string? ended = null;
        await Eventually.Until(
            async () =>
            {
                ended = node?.Ended();
                if (ended is not null)
                    return true;
                // First what costs the starting broker little: a refused log-in is a page of log.
                using var answer = await management.GetAsync(new Uri("api/vhosts", UriKind.Relative), ct);
                if (!answer.IsSuccessStatusCode)
                    return false;
                await using var connection = await factory.CreateConnectionAsync(ct);
                return connection.IsOpen;
            },
            StartLimit,
            $"RabbitMQ at 127.0.0.1:{Amqp.Port} to accept a connection",
            ct
        );
        if (ended is not null)
            throw new ServerUnavailableException($"RabbitMQ ended while it started. Its last lines:\n{ended}");
    }

    private async Task PutAsync(string path, object body, CancellationToken ct)
    {
        using var answer = await management.PutAsJsonAsync(new Uri(path, UriKind.Relative), body, ct);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException(
                $"PUT {path} was answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(ct)}"
            );
    }
}
