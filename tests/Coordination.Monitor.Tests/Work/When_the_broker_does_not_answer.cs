using System.Text.Json;
using Coordination.Testing;

namespace Coordination.Monitor.Tests.Work;

[Trait("needs", "servers")]
public sealed class When_the_broker_does_not_answer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Flow_answers_within_a_second_and_says_so()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var rabbit = await TestServers.StartDedicatedRabbitAsync(ct);
        await using var proxy = new TcpProxy(rabbit.Amqp.Host, rabbit.Amqp.Port);
        var address = proxy.Through(rabbit.Amqp);
        await using var host = await WorkHost.OnServersAsync(address, ct);
        await host.UntilAsync("flow", flow => flow.GetProperty("queues").ValueKind == JsonValueKind.Array);

        // It takes connections and says nothing: the worst it can do to those who ask.
        proxy.Pause();
        JsonElement flow = default;
        var slowest = TimeSpan.Zero;
        await Eventually.Until(
            async () =>
            {
                var asked = TimeProvider.System.GetTimestamp();
                flow = await host.GetAsync("flow");
                var took = TimeProvider.System.GetElapsedTime(asked);
                slowest = took > slowest ? took : slowest;
                return flow.GetProperty("queues").ValueKind == JsonValueKind.Null;
            },
            Patience,
            "flow to say that the broker does not answer"
        );
        flow.GetProperty("brokerNote").GetString()!.ShouldStartWith("The broker does not answer");
        slowest.ShouldBeLessThan(TimeSpan.FromSeconds(1));

        proxy.Resume();
        await host.UntilAsync("flow", answer => answer.GetProperty("queues").ValueKind == JsonValueKind.Array);
    }
}
