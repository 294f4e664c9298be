using System.Globalization;
using Coordination.Contracts;
using Coordination.Persistence;
using Coordination.Testing;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.EndToEnd.Tests;

/// <summary>Runs whose steps take long, or whose effects have no end, on a real broker and database.</summary>
[Trait("needs", "servers")]
public sealed class Long_steps_and_doubts
{
    private static readonly TimeSpan Ready = TimeSpan.FromSeconds(60);

    // The long form, five minutes under an acknowledgement timeout of one: COORDINATION_LONG_STEP_SECONDS=300.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("COORDINATION_LONG_STEP_SECONDS") ?? "5", CultureInfo.InvariantCulture)
    );

    private static readonly EffectTool Mail = new("mail", EffectClass.Irreversible) { Scope = ["to"] };

    public sealed record Letter(string To);

    public sealed record Sent(int Number);

    /// <summary>What the agents of one test do, and how often.</summary>
    private sealed class Desk
    {
        public int Slow;
        public int Calls;
        public int Undone;
        public Func<int, Task> Send { get; set; } = _ => Task.CompletedTask;
    }

    private sealed class SlowAgent(Desk desk) : IAgent<Letter, Sent>
    {
        public async Task<Sent> ExecuteAsync(Letter input, AgentContext context, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref desk.Slow);
            await Task.Delay(Long, cancellationToken);
            return new Sent(number);
        }
    }

    private sealed class MailAgent(Desk desk) : ICompensatingAgent<Letter, Sent>
    {
        public Task<Sent> ExecuteAsync(Letter input, AgentContext context, CancellationToken cancellationToken) =>
            context.Effect(
                Mail,
                input,
                async (_, _) =>
                {
                    var number = Interlocked.Increment(ref desk.Calls);
                    await desk.Send(number);
                    return new Sent(number);
                }
            );

        public Task CompensateAsync(Letter input, Sent output, AgentContext context, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref desk.Undone);
            return Task.CompletedTask;
        }
    }

    [Fact, Trait("req", "WAL-08")]
    public async Task A_step_that_outlasts_the_broker_s_acknowledgement_timeout_is_carried_out_once()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var rabbit = await TestServers.StartDedicatedRabbitAsync(ct);
        // For the whole node: a policy for it is younger than the oldest broker this runs on.
        await rabbit.Ctl("eval", "application:set_env(rabbit, consumer_timeout, 60000).");
        var (host, desk) = await StartAsync(rabbit.Amqp, ct);
        using var _ = host;
        var runs = host.Services.GetRequiredService<RunClient>();
        var run = await runs.SubmitAsync(
            Plan.Named("long").Step("slow", "slow", new Letter("a"), timeout: Long + Ready).Build(),
            cancellationToken: ct
        );
        (await runs.WaitAsync(run, Long + Ready, ct)).Status.ShouldBe("completed");
        desk.Slow.ShouldBe(1);
        (await host.Services.GetRequiredService<IDeadLetters>().ListAsync(null, null, 10, ct)).ShouldBeEmpty();
        await host.StopAsync(ct);
    }

    [Theory, Trait("req", "WAL-05"), Trait("req", "WAL-07")]
    [InlineData("happened", "completed", 1)]
    [InlineData("did-not-happen", "completed", 2)]
    [InlineData("compensate", "failed", 1)]
    public async Task A_run_with_an_effect_in_doubt_waits_for_a_person_through_a_restart_and_goes_on_as_told(
        string verdict,
        string status,
        int calls
    )
    {
        var ct = TestContext.Current.CancellationToken;
        var rabbit = await TestServers.Rabbit(ct);
        var amqp = await rabbit.NewVirtualHostAsync(ct);
        var database = await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct);
        var desk = new Desk { Send = number => number == 2 ? throw new IOException("cut off") : Task.CompletedTask };
        Guid run;
        EffectInfo doubt;
        using (var first = await StartAsync(amqp, database, desk, ct))
        {
            run = await first
                .Services.GetRequiredService<RunClient>()
                .SubmitAsync(
                    Plan.Named("mails")
                        .Step("one", "mail", new Letter("a"), compensateWith: "mail")
                        .Step("two", "mail", new Letter("b"), after: ["one"])
                        .Build(),
                    cancellationToken: ct
                );
            doubt = await DoubtAsync(first, run, ct);
            await first.StopAsync(ct);
        }

        desk.Calls.ShouldBe(2);
        desk.Send = _ => Task.CompletedTask;
        using var second = await StartAsync(amqp, database, desk, ct);
        var runs = second.Services.GetRequiredService<RunClient>();
        await runs.AnswerAsync(
            run,
            "two",
            doubt.QuestionId,
            new
            {
                verdict,
                result = new { number = 2 },
                by = "eve",
            },
            "eve",
            ct
        );
        var info = await runs.WaitAsync(run, Ready, ct);
        info.Status.ShouldBe(status);
        desk.Calls.ShouldBe(1 + calls);
        if (status == "failed")
        {
            info.Reason.ShouldBe(ReasonCode.NonRetryable);
            info.Compensated.ShouldBe(["one"]);
            desk.Undone.ShouldBe(1);
        }

        (await second.Services.GetRequiredService<EffectClient>().VerifyAsync(run, ct)).Fault.ShouldBeNull();
        await second.StopAsync(ct);
    }

    private static async Task<EffectInfo> DoubtAsync(IHost host, Guid run, CancellationToken ct)
    {
        var units = host.Services.GetRequiredService<IUnitOfWorkFactory>();
        await Eventually.Until(
            async () =>
                (
                    await units.QueryAsync(
                        new Statement(
                            "SELECT reason FROM coordination.coord_v1_steps WHERE run_id = @run AND in_doubt",
                            ("run", run, ColumnKind.Uuid)
                        ),
                        row => row.GetString(0),
                        ct
                    )
                ).SequenceEqual([ReasonCode.InDoubt]),
            Ready,
            "the run to say that a step is in doubt",
            ct
        );
        return (
            await host.Services.GetRequiredService<EffectClient>().ListAsync(run, "indoubt", cancellationToken: ct)
        ).ShouldHaveSingleItem();
    }

    private static async Task<(IHost, Desk)> StartAsync(Uri amqp, CancellationToken ct)
    {
        var desk = new Desk();
        return (await StartAsync(amqp, await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct), desk, ct), desk);
    }

    private static async Task<IHost> StartAsync(Uri amqp, string database, Desk desk, CancellationToken ct)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(desk);
        builder.Services.AddCoordination(backbone =>
        {
            backbone.UseRabbitMq(amqp.ToString()).UsePostgres(database);
            backbone.AddRuns(runs =>
            {
                runs.AgentTypes.Add("slow");
                runs.AgentTypes.Add("mail");
            });
        });
        builder.Services.AddAgent<SlowAgent>("slow");
        builder.Services.AddAgent<MailAgent>("mail");
        var host = builder.Build();
        await host.Services.GetRequiredService<SchemaMigrator>().MigrateAsync(cancellationToken: ct);
        await host.StartAsync(ct);
        return host;
    }
}
