using System.Text;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Networks;
using RabbitMQ.Client;

namespace Coordination.Testing;

/// <summary>
/// Three RabbitMQ nodes in containers on a network of their own. Needs a Docker engine: tests that ask carry <c>[Trait("needs", "containers")]</c> beside
/// <c>[Trait("needs", "servers")]</c>.
/// </summary>
public sealed class RabbitCluster : IAsyncDisposable
{
    private const string User = "coordination";
    private const string Password = "coordination-test";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(180);

    // Settings as in deploy/rabbitmq/cluster.conf, for three nodes named rabbit-1 to rabbit-3.
    private const string Configuration = """
        cluster_formation.peer_discovery_backend = classic_config
        cluster_formation.classic_config.nodes.1 = rabbit@rabbit-1
        cluster_formation.classic_config.nodes.2 = rabbit@rabbit-2
        cluster_formation.classic_config.nodes.3 = rabbit@rabbit-3
        cluster_partition_handling = pause_minority
        queue_leader_locator = balanced
        net_ticktime = 8
        heartbeat = 5

        """;

    private readonly INetwork network;
    private readonly List<Node> nodes;

    private RabbitCluster(INetwork network, List<Node> nodes) => (this.network, this.nodes) = (network, nodes);

    /// <summary>One address that names all nodes.</summary>
    public string Amqp => $"amqp://{User}:{Password}@{string.Join(',', nodes.Select(node => $"127.0.0.1:{node.Port}"))}/";

    /// <summary>The address of one node.</summary>
    public Uri NodeAddress(int number) => new($"amqp://{User}:{Password}@127.0.0.1:{nodes[number - 1].Port}/");

    public static async Task<RabbitCluster> StartAsync(CancellationToken ct)
    {
        var peers = new NetworkBuilder().WithName($"coordination-test-{Guid.NewGuid():N}").Build();
        var cookie = Guid.NewGuid().ToString("N");
        var members = Enumerable.Range(1, 3).Select(number => Node.Make(number, peers, cookie)).ToList();
        var cluster = new RabbitCluster(peers, members);
        try
        {
            await peers.CreateAsync(ct);
            await Task.WhenAll(members.Select(node => node.Container.StartAsync(ct)));
            await Eventually.Until(
                async () => (await cluster.CtlAsync(1, "-q", "eval", "length(rabbit_nodes:list_running()).")).Trim() == "3",
                StartLimit,
                "three RabbitMQ nodes to be one cluster",
                ct
            );
            foreach (var number in Enumerable.Range(1, 3))
            {
                await cluster.AnswersAsync(number, ct);
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The number of the node that leads a quorum queue, asked of a node that answers.</summary>
    public async Task<int> LeaderAsync(string queue, int askedNode = 1)
    {
        var lines = await CtlAsync(askedNode, "-q", "list_queues", "name", "leader");
        var line = lines.Split('\n').Single(line => line.StartsWith(queue + "\t", StringComparison.Ordinal));
        return line.TrimEnd()[^1] - '0';
    }

    /// <summary>Runs rabbitmqctl on a node.</summary>
    public async Task<string> CtlAsync(int number, params string[] arguments)
    {
        var result = await nodes[number - 1].Container.ExecAsync(["rabbitmqctl", .. arguments]);
        return result.ExitCode == 0 ? result.Stdout : throw new InvalidOperationException(result.Stdout + result.Stderr);
    }

    /// <summary>Ends a node without warning (SIGKILL).</summary>
    public Task KillAsync(int number, CancellationToken ct) => DockerEngine.KillAsync(nodes[number - 1].Container.Id, ct);

    /// <summary>Starts a killed node again and returns when it takes connections.</summary>
    public async Task StartNodeAsync(int number, CancellationToken ct)
    {
        // Tells Testcontainers that it is down.
        await nodes[number - 1].Container.StopAsync(ct);
        await nodes[number - 1].Container.StartAsync(ct);
        await AnswersAsync(number, ct);
    }

    /// <summary>Freezes a node: its connections stay open and nothing answers.</summary>
    public Task PauseAsync(int number, CancellationToken ct) => nodes[number - 1].Container.PauseAsync(ct);

    public Task ResumeAsync(int number, CancellationToken ct) => nodes[number - 1].Container.UnpauseAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(nodes.Select(node => node.Container.DisposeAsync().AsTask()));
        await network.DisposeAsync();
    }

    private Task AnswersAsync(int number, CancellationToken ct)
    {
        var factory = new ConnectionFactory { Uri = NodeAddress(number), RequestedConnectionTimeout = TimeSpan.FromSeconds(5) };
        return Eventually.Until(
            async () =>
            {
                await using var connection = await factory.CreateConnectionAsync(ct);
                return connection.IsOpen;
            },
            StartLimit,
            $"RabbitMQ node {number} to accept a connection",
            ct
        );
    }

    private sealed record Node(IContainer Container, int Port)
    {
        public static Node Make(int number, INetwork network, string cookie)
        {
            var port = FreePort.Next();
            var name = $"rabbit-{number}";
            var container = new ContainerBuilder("rabbitmq:4-management")
                .WithHostname(name)
                .WithNetwork(network)
                .WithNetworkAliases(name)
                .WithPortBinding(port, 5672)
                .WithEnvironment("RABBITMQ_ERLANG_COOKIE", cookie)
                .WithEnvironment("RABBITMQ_DEFAULT_USER", User)
                .WithEnvironment("RABBITMQ_DEFAULT_PASS", Password)
                .WithResourceMapping(Encoding.UTF8.GetBytes(Configuration), "/etc/rabbitmq/conf.d/20-cluster.conf")
                .Build();
            return new Node(container, port);
        }
    }
}
