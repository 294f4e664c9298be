using Coordination.Contracts.V1;
using Coordination.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Persistence.Tests.Bus;

/// <summary>The same message more than once: one effect, and every other delivery is counted.</summary>
public abstract class Redelivery
{
    protected abstract ValueTask<Installation> InstallAsync();

    [Fact]
    [Trait("req", "OBX-02")]
    public async Task Five_deliveries_at_once_have_one_effect_and_four_counted_duplicates()
    {
        await using var installation = await InstallAsync();
        var run = Guid.CreateVersion7();
        using var host = await installation.StartAsync(Effects.Endpoint);
        var message = Effects.Message(host, run);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Deliver(host, message)));

        await Eventually.Until(
            () => Task.FromResult(host.Services.GetRequiredService<PersistenceMetrics>().DuplicateTotal == 4),
            TimeSpan.FromSeconds(20),
            "four duplicates are counted"
        );
        (await Effects.CountAsync(host, run)).ShouldBe(1);
        await host.StopAsync();
    }

    [Fact]
    [Trait("req", "OBX-02")]
    public async Task A_delivery_after_a_restart_has_no_second_effect()
    {
        await using var installation = await InstallAsync();
        var run = Guid.CreateVersion7();
        OutgoingMessage message;
        using (var first = await installation.StartAsync(Effects.Endpoint))
        {
            message = Effects.Message(first, run);
            await Deliver(first, message);
            await Eventually.Until(async () => await Effects.CountAsync(first, run) == 1, TimeSpan.FromSeconds(20), "the effect is there");
            await first.StopAsync();
        }

        using var second = await installation.StartAsync(Effects.Endpoint);
        await Deliver(second, message);
        await Eventually.Until(
            () => Task.FromResult(second.Services.GetRequiredService<PersistenceMetrics>().DuplicateTotal == 1),
            TimeSpan.FromSeconds(20),
            "the duplicate is counted"
        );
        (await Effects.CountAsync(second, run)).ShouldBe(1);
        await second.StopAsync();
    }

    private static Task Deliver(IHost host, OutgoingMessage message) =>
        host.Services.GetRequiredService<IOutboxSender>().SendAsync(message, CancellationToken.None);
}

public sealed class Redelivery_embedded : Redelivery
{
    protected override ValueTask<Installation> InstallAsync() => ValueTask.FromResult<Installation>(new Embedded());
}

[Trait("needs", "servers")]
public sealed class Redelivery_on_broker_and_database : Redelivery
{
    protected override async ValueTask<Installation> InstallAsync() => await Real.CreateAsync();
}

/// <summary>An endpoint whose only effect is one more message to a place where nobody reads: a row to count.</summary>
internal static class Effects
{
    private const string EndpointName = "effects";

    public static void Endpoint(CoordinationBuilder builder) =>
        builder.AddEndpoint(EndpointName, (_, endpoint) => endpoint.Consumer(() => new Consumer()));

    public static OutgoingMessage Message(IHost host, Guid run) =>
        ContractOutgoing.To(
            EndpointName,
            new StepProgress
            {
                RunId = run,
                StepId = "one",
                Attempt = 1,
            },
            Installation.Envelope(host, run)
        );

    public static async Task<int> CountAsync(IHost host, Guid run) =>
        (await host.Services.GetRequiredService<ITimers>().ListAsync(run, 100)).Count;

    private sealed class Consumer : IConsumer<StepProgress>
    {
        public Task Consume(ConsumeContext<StepProgress> context)
        {
            var work = context.GetPayload<IUnitOfWork>();
            var envelope = context.GetPayload<Contracts.Envelope>();
            work.Send(
                ContractOutgoing.To(EndpointName, context.Message, envelope with { MessageId = Guid.CreateVersion7() }) with
                {
                    Delay = TimeSpan.FromHours(1),
                    Token = Guid.CreateVersion7(),
                }
            );
            return Task.CompletedTask;
        }
    }
}
