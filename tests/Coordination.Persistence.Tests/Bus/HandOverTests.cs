using Coordination.Testing;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Persistence.Tests.Bus;

/// <summary>A committed message for an endpoint of the same process does not travel through the broker.</summary>
[Trait("needs", "servers")]
public sealed class A_message_for_an_endpoint_of_the_same_process
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Comes_in_memory_unless_that_is_switched_off_and_leaves_no_row(bool handOver, int overTheBroker)
    {
        await using var installation = await Real.CreateAsync();
        var run = Guid.CreateVersion7();
        var watch = new Watch();
        using var host = await installation.StartAsync(
            builder =>
            {
                builder.ConfigureBus(bus => bus.AddReceiveObserver(_ => watch));
                Effects.Endpoint(builder);
            },
            outbox => outbox.HandOver = handOver
        );
        await using (var work = host.Services.GetRequiredService<IUnitOfWorkFactory>().Create())
        {
            work.Send(Effects.Message(host, run));
            await work.CommitAsync();
        }

        await Eventually.Until(async () => await Effects.CountAsync(host, run) == 1, Deadline, "the effect is there");
        await Eventually.Until(async () => await RowsAsync(host) == 0, Deadline, "the row is gone");
        watch.Received.ShouldBe(1);
        watch.OverTheBroker.ShouldBe(overTheBroker);
        await host.StopAsync();
    }

    [Fact]
    public async Task Needs_no_user_of_the_broker()
    {
        await using var installation = await Real.CreateAsync();
        var run = Guid.CreateVersion7();
        using var host = await installation.StartAsync(builder =>
        {
            builder.Services.AddSingleton(new GuardOptions { RequireUserId = true });
            Effects.Endpoint(builder);
        });
        await using (var work = host.Services.GetRequiredService<IUnitOfWorkFactory>().Create())
        {
            work.Send(Effects.Message(host, run));
            await work.CommitAsync();
        }

        await Eventually.Until(async () => await Effects.CountAsync(host, run) == 1, Deadline, "the effect is there");
        await host.StopAsync();
    }

    /// <summary>Whoever may write to the table may have put there what a sweep finds: nobody vouches for its sender.</summary>
    [Theory]
    [Trait("req", "VOTE-14")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Is_known_to_be_from_here_when_its_commit_gave_it_and_not_when_a_sweep_found_it(bool swept)
    {
        await using var installation = await Real.CreateAsync();
        var run = Guid.CreateVersion7();
        var watch = new Watch();
        using var host = await installation.StartAsync(builder =>
        {
            builder.ConfigureBus(bus => bus.AddReceiveObserver(_ => watch));
            Effects.Endpoint(builder);
        });
        await using (var work = host.Services.GetRequiredService<IUnitOfWorkFactory>().Create())
        {
            work.Send(Effects.Message(host, run) with { Delay = swept ? TimeSpan.FromMilliseconds(1) : null });
            await work.CommitAsync();
        }

        await Eventually.Until(async () => await Effects.CountAsync(host, run) == 1, Deadline, "the effect is there");
        watch.Own.ShouldBe(swept ? 0 : 1);
        watch.OverTheBroker.ShouldBe(0);
        await host.StopAsync();
    }

    private static async Task<long> RowsAsync(IHost host)
    {
        var units = host.Services.GetRequiredService<IUnitOfWorkFactory>();
        return (
            await units.QueryAsync(
                new Statement($"SELECT count(*) FROM {units.Dialect.Table("outbox")} WHERE token IS NULL"),
                row => row.GetInt64(0)
            )
        )[0];
    }

    private sealed class Watch : IReceiveObserver
    {
        private int received;
        private int overTheBroker;
        private int own;

        public int Received => received;

        public int OverTheBroker => overTheBroker;

        public int Own => own;

        public Task PreReceive(ReceiveContext context)
        {
            Interlocked.Increment(ref received);
            if (context is RabbitMqReceiveContext)
            {
                Interlocked.Increment(ref overTheBroker);
            }

            if (Arrival.Of(context).IsOwn)
            {
                Interlocked.Increment(ref own);
            }

            return Task.CompletedTask;
        }

        public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

        public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
            where T : class => Task.CompletedTask;

        public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
            where T : class => Task.CompletedTask;

        public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
    }
}
