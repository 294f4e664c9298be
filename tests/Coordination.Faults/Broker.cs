using Coordination.Testing;

namespace Coordination.Faults;

/// <summary>The broker of a run: one node, or three of which one at a time is disturbed.</summary>
public abstract class Broker : IAsyncDisposable
{
    public abstract string Address { get; }

    /// <summary>Stops what can be stopped in good order, waits, and starts it again; says what it was.</summary>
    public abstract Task<string> RestartAsync(TimeSpan pause, CancellationToken ct);

    /// <summary>As <see cref="RestartAsync"/>, by SIGKILL; in a cluster the node that leads the runs' queue.</summary>
    public abstract Task<string> KillAsync(TimeSpan pause, CancellationToken ct);

    /// <summary>Freezes the node that leads the runs' queue.</summary>
    public virtual Task<string> FreezeAsync(TimeSpan duration, CancellationToken ct) =>
        throw new InvalidOperationException("A broker of one node is not frozen: that would be the same as a restart without its end.");

    public abstract Task<string> Ctl(params string[] arguments);

    public abstract ValueTask DisposeAsync();

    public static async Task<Broker> StartAsync(int nodes, CancellationToken ct) =>
        nodes == 1 ? new Single(await TestServers.StartDedicatedRabbitAsync(ct)) : new Cluster(await RabbitCluster.StartAsync(ct));

    private sealed class Single(RabbitServer server) : Broker
    {
        public override string Address => server.Amqp.ToString();

        public override async Task<string> RestartAsync(TimeSpan pause, CancellationToken ct)
        {
            await server.StopAsync(ct);
            await Task.Delay(pause, ct);
            await server.StartAsync(ct);
            return "broker";
        }

        public override async Task<string> KillAsync(TimeSpan pause, CancellationToken ct)
        {
            await server.KillAsync(ct);
            await Task.Delay(pause, ct);
            await server.StartAsync(ct);
            return "broker";
        }

        public override Task<string> Ctl(params string[] arguments) => server.Ctl(arguments);

        public override ValueTask DisposeAsync() => server.DisposeAsync();
    }

    private sealed class Cluster(RabbitCluster cluster) : Broker
    {
        private const string RunsQueue = "coordination-runs";
        private int turn;

        public override string Address => cluster.Amqp;

        /// <summary>The next node in turn; rabbitmqctl stops it in good order before its container ends.</summary>
        public override async Task<string> RestartAsync(TimeSpan pause, CancellationToken ct)
        {
            turn = turn % 3 + 1;
            await cluster.CtlAsync(turn, "stop_app");
            return await ReplaceAsync(turn, pause, ct);
        }

        public override async Task<string> KillAsync(TimeSpan pause, CancellationToken ct) =>
            await ReplaceAsync(await LeaderAsync(), pause, ct);

        public override async Task<string> FreezeAsync(TimeSpan duration, CancellationToken ct)
        {
            var node = await LeaderAsync();
            await cluster.PauseAsync(node, ct);
            await Task.Delay(duration, ct);
            await cluster.ResumeAsync(node, CancellationToken.None);
            // It may have slept longer than its net_ticktime: the others took it for dead, and it wakes without noticing. Operators restart such a node.
            await cluster.CtlAsync(node, "stop_app");
            await cluster.CtlAsync(node, "start_app");
            return $"broker node {node}";
        }

        /// <summary>Of the first node that answers.</summary>
        public override async Task<string> Ctl(params string[] arguments)
        {
            for (var node = 1; ; node++)
            {
                try
                {
                    return await cluster.CtlAsync(node, arguments);
                }
                catch (Exception) when (node < 3)
                {
                    // Down or frozen: another one knows as much.
                }
            }
        }

        public override ValueTask DisposeAsync() => cluster.DisposeAsync();

        private async Task<string> ReplaceAsync(int node, TimeSpan pause, CancellationToken ct)
        {
            await cluster.KillAsync(node, ct);
            await Task.Delay(pause, ct);
            await cluster.StartNodeAsync(node, ct);
            return $"broker node {node}";
        }

        private Task<int> LeaderAsync() => cluster.LeaderAsync(RunsQueue);
    }
}
