using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Coordination.Testing;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Coordination.Edges.Tests;

/// <summary>A broker that was started with the files of deploy/rabbitmq.</summary>
[Trait("needs", "servers")]
[Trait("needs", "containers")]
public sealed class Shipped_broker_settings : IAsyncLifetime
{
    private const string Password = "a-password-for-this-test";
    private readonly int port = FreePort.Next();
    private IContainer broker = null!;

    public async ValueTask InitializeAsync()
    {
        var folder = Path.Combine(Root(), "deploy", "rabbitmq");
        var definitions = await File.ReadAllTextAsync(Path.Combine(folder, "definitions.json"));
        foreach (var name in new[] { "broker-admin", "broker-host", "broker-agent" })
        {
            definitions = definitions.Replace($"@{name}@", Hash(Password), StringComparison.Ordinal);
        }

        broker = new ContainerBuilder("rabbitmq:4-management")
            .WithPortBinding(port, 5672)
            .WithResourceMapping(Encoding.UTF8.GetBytes(definitions), "/run/coordination/definitions.json")
            .WithResourceMapping(
                await File.ReadAllBytesAsync(Path.Combine(folder, "coordination.conf")),
                "/etc/rabbitmq/conf.d/20-coordination.conf"
            )
            .Build();
        await broker.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.Until(
            async () =>
            {
                await using var connection = await ConnectAsync("coordination-host");
                return connection.IsOpen;
            },
            TimeSpan.FromSeconds(90),
            "the broker to accept a connection"
        );
    }

    public ValueTask DisposeAsync() => broker.DisposeAsync();

    [Theory]
    [InlineData("element(2, application:get_env(rabbit, max_message_size)).", "1048576")]
    [InlineData("element(2, application:get_env(rabbit, consumer_timeout)).", "1800000")]
    [InlineData("element(2, application:get_env(rabbit, heartbeat)).", "10")]
    [InlineData("net_kernel:get_net_ticktime().", "15")]
    public async Task Are_in_force(string asked, string expected) => (await CtlAsync("-q", "eval", asked)).Trim().ShouldBe(expected);

    [Fact]
    public async Task Dead_letter_at_least_once()
    {
        var policies = await CtlAsync("-q", "list_policies", "--vhost", "coordination");

        policies.ShouldContain("at-least-once");
        policies.ShouldContain("quorum_queues");
    }

    /// <summary>The user of the agents: runs an agent's endpoint, and can neither read nor write another's.</summary>
    [Fact]
    public async Task Let_an_agent_do_its_work_and_no_more()
    {
        var ct = TestContext.Current.CancellationToken;
        var database = await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct);
        await using var desk = await Desk.OpenAsync(Address("coordination-agent").ToString(), database, endpoint: "agent-edge");
        var run = Guid.CreateVersion7();

        await desk.AcceptAsync(desk.Message(run, "agent-edge"));

        await Eventually.Until(async () => (await desk.EffectsAsync()).ContainsKey(run), Desk.Soon, "the agent's work", ct);
        var queues = await CtlAsync(
            "-q",
            "list_queues",
            "--vhost",
            "coordination",
            "name",
            "type",
            "effective_policy_definition",
            "arguments"
        );
        var own = queues.Split('\n').Single(line => line.StartsWith("agent-edge\t", StringComparison.Ordinal));
        own.ShouldContain("quorum");
        own.ShouldContain("reject-publish");
        own.ShouldContain("at-least-once");
        await using var connection = await ConnectAsync("coordination-agent");
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var refused = await Should.ThrowAsync<OperationInterruptedException>(() =>
            channel.BasicGetAsync("dead-letters", autoAck: true, ct)
        );
        refused.ShutdownReason!.ReplyCode.ShouldBe((ushort)403);
    }

    private Uri Address(string user) => new($"amqp://{user}:{Password}@127.0.0.1:{port}/coordination");

    private Task<IConnection> ConnectAsync(string user) =>
        new ConnectionFactory { Uri = Address(user), AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    private async Task<string> CtlAsync(params string[] arguments)
    {
        var result = await broker.ExecAsync(["rabbitmqctl", .. arguments]);
        result.ExitCode.ShouldBe(0, result.Stdout + result.Stderr);
        return result.Stdout;
    }

    /// <summary>RabbitMQ's own form, as deploy/secrets.sh makes it.</summary>
    private static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(4);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }

    private static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
