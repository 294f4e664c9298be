using System.Diagnostics;
using System.Globalization;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.EndToEnd.Tests;

/// <summary>Business commits while nobody takes messages, and what arrives afterwards.</summary>
[Trait("needs", "servers")]
public sealed class A_broker_that_is_away
{
    private const string EndpointName = "arrivals";
    private const int Groups = 5;
    private static readonly TimeSpan CommitEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Ready = TimeSpan.FromSeconds(60);

    // The long form, a fault of minutes, is the same test with COORDINATION_FAULTS_BROKER_DOWN_SECONDS=600.
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("COORDINATION_FAULTS_BROKER_DOWN_SECONDS") ?? "15", CultureInfo.InvariantCulture)
    );

    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(180) + Away;

    [Fact]
    [Trait("req", "OBX-01")]
    public async Task A_broker_that_is_away_stops_no_commit_and_loses_no_order_and_its_backlog_drains_at_twice_the_rate_of_arrival()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var rabbit = await TestServers.StartDedicatedRabbitAsync(ct);
        await using var postgres = await TestServers.StartDedicatedPostgresAsync(ct);
        using var host = await StartAsync(rabbit.Amqp.ToString(), await postgres.NewDatabaseAsync(ct: ct));
        var units = host.Services.GetRequiredService<IUnitOfWorkFactory>();
        using var enough = new CancellationTokenSource();
        var committers = Enumerable.Range(0, Groups).Select(_ => new Committer(host)).ToList();
        var committing = Task.WhenAll(committers.Select(committer => committer.RunAsync(CommitEvery, enough.Token)));
        int Committed() => committers.Sum(committer => committer.Last);

        await Eventually.Until(async () => await CountAsync(units) >= 50, Ready, "messages to flow", ct);
        await rabbit.StopAsync(ct);
        var (committedBefore, arrivedBefore) = (Committed(), await CountAsync(units));
        await Task.WhenAny(committing, Task.Delay(Away, ct));
        var (during, arrivedDuring) = (Committed() - committedBefore, await CountAsync(units) - arrivedBefore);
        await rabbit.StartAsync(ct);
        var back = Stopwatch.StartNew();
        var atReturn = await CountAsync(units);
        await Eventually.Until(async () => await CountAsync(units) > atReturn, Ready, "the first message after the return", ct);
        var (backlog, first, draining) = (Committed() - atReturn, back.Elapsed, Stopwatch.StartNew());
        // The load goes on: the backlog is gone when what arrives has caught up with what is committed.
        var arrived = 0;
        await Eventually.Until(
            async () => committing.IsCompleted || Committed() - (arrived = await CountAsync(units)) <= 2 * Groups,
            CatchUp,
            $"a backlog of {backlog} messages to drain",
            ct
        );
        var drained = draining.Elapsed;
        await enough.CancelAsync();
        await committing;
        var total = Committed();
        await Eventually.Until(async () => await CountAsync(units) >= total, Ready, $"all {total} messages to arrive", ct);
        var (arrivalRate, drainRate) = (during / Away.TotalSeconds, (arrived - atReturn) / drained.TotalSeconds);

        // Half the rate that was asked for: a busy machine may be slow, but it may not wait for the broker.
        during.ShouldBeGreaterThan((int)(Groups * Away / CommitEvery / 2));
        arrivedDuring.ShouldBeLessThan(during / 10);
        drainRate.ShouldBeGreaterThan(2 * arrivalRate, $"{backlog} messages took {drained.TotalSeconds:0.0} s");
        committers.Max(committer => committer.Longest).ShouldBeLessThan(TimeSpan.FromSeconds(5));
        var arrivals = await ArrivalsAsync(units);
        foreach (var committer in committers)
        {
            arrivals.Where(one => one.Group == committer.Group).Select(one => one.Sequence).ShouldBe(Enumerable.Range(1, committer.Last));
        }

        arrivals.Count.ShouldBe(total);
        (await host.Services.GetRequiredService<IDeadLetters>().ListAsync(null, null, 10, ct)).ShouldBeEmpty();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{total} commits, {during} of them in {Away.TotalSeconds} s without a broker (longest {committers.Max(c => c.Longest).TotalMilliseconds:0} ms); "
                + $"{arrivalRate:0}/s; first arrival {first.TotalSeconds:0.0} s after its return; a backlog of {backlog} drained in {drained.TotalSeconds:0.0} s, {drainRate:0}/s"
        );
        await host.StopAsync(ct);
    }

    private static async Task<IHost> StartAsync(string broker, string database)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCoordination(c =>
            c.UseRabbitMq(broker)
                .UsePostgres(database)
                .AddEndpoint(EndpointName, (_, endpoint) => endpoint.Consumer(() => new Recorder()), concurrentMessageLimit: 1)
        );
        // Sender and receiver are one process here, and the broker is what the test is about.
        builder.Services.Configure<OutboxOptions>(outbox => outbox.HandOver = false);
        var host = builder.Build();
        await host.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
        var table = "CREATE TABLE arrivals (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, grp uuid NOT NULL, seq integer NOT NULL)";
        await host.Services.GetRequiredService<IUnitOfWorkFactory>().ExecuteAsync(new Statement(table));
        await host.StartAsync();
        var sender = host.Services.GetRequiredService<IOutboxSender>();
        await Eventually.Until(() => sender.IsReady, Ready, "the bus to be ready");
        return host;
    }

    private static async Task<int> CountAsync(IUnitOfWorkFactory units) =>
        (await units.QueryAsync(new Statement("SELECT count(*)::int FROM arrivals"), row => row.GetInt32(0)))[0];

    private static Task<IReadOnlyList<(Guid Group, int Sequence)>> ArrivalsAsync(IUnitOfWorkFactory units) =>
        units.QueryAsync(new Statement("SELECT grp, seq FROM arrivals ORDER BY id"), row => (row.GetGuid(0), row.GetInt32(1)));

    /// <summary>Commits one ordered message after the other for one group, at a steady rate.</summary>
    private sealed class Committer(IHost host)
    {
        private int last;

        public Guid Group { get; } = Guid.CreateVersion7();

        /// <summary>The last sequence number that was committed; the first is 1.</summary>
        public int Last => Volatile.Read(ref last);

        public TimeSpan Longest { get; private set; }

        public async Task RunAsync(TimeSpan every, CancellationToken enough)
        {
            var units = host.Services.GetRequiredService<IUnitOfWorkFactory>();
            var envelopes = host.Services.GetRequiredService<EnvelopeFactory>();
            using var rhythm = new PeriodicTimer(every);
            while (!enough.IsCancellationRequested)
            {
                var begin = Stopwatch.GetTimestamp();
                await using (var work = units.Create())
                {
                    work.Send(Message(envelopes, last + 1));
                    await work.CommitAsync(CancellationToken.None);
                }

                Interlocked.Increment(ref last);
                var took = Stopwatch.GetElapsedTime(begin);
                Longest = took > Longest ? took : Longest;
                await rhythm.WaitForNextTickAsync(CancellationToken.None);
            }
        }

        private OutgoingMessage Message(EnvelopeFactory envelopes, int sequence)
        {
            var message = new StepProgress
            {
                RunId = Group,
                StepId = "one",
                Attempt = sequence,
            };
            return ContractOutgoing.To(EndpointName, message, envelopes.Root(Group) with { RunId = Group }) with
            {
                GroupId = Group,
                Ordered = true,
            };
        }
    }

    private sealed class Recorder : IConsumer<StepProgress>
    {
        public Task Consume(ConsumeContext<StepProgress> context)
        {
            const string insert = "INSERT INTO arrivals (grp, seq) VALUES (@grp, @seq)";
            var (group, sequence) = (context.Message.RunId, context.Message.Attempt);
            context
                .GetPayload<IUnitOfWork>()
                .Execute(new Statement(insert, ("grp", group, ColumnKind.Uuid), ("seq", sequence, ColumnKind.Int32)));
            return Task.CompletedTask;
        }
    }
}
