using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Workers.Tests;

/// <summary>A worker process with everything around it: orders come over the bus, answers leave over it.</summary>
public abstract partial class WorkerContract : IAsyncLifetime
{
    private protected abstract void Choose(CoordinationBuilder builder);

    public abstract ValueTask InitializeAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact, Trait("req", "TRC-01")]
    public async Task An_order_is_answered_to_the_run_in_the_same_trace()
    {
        await using var process = await WorkerInstallation.StartAsync(Choose);
        var order = WorkerNode.Order("one");
        var asked = await process.SendAsync(order);
        var (answer, envelope) = await process.HeardAsync<StepCompleted>(order.RunId);
        answer.Output.GetRawText().ShouldBe("""{"by":"process"}""");
        (envelope.CausationId, envelope.TransactionId, envelope.HopsLeft).ShouldBe(
            (asked.MessageId, asked.TransactionId, asked.HopsLeft - 1)
        );
        (envelope.RunId, envelope.StepId, envelope.Attempt).ShouldBe((order.RunId, "step", 1));
        envelope.Sender.Type.ShouldBe("worker");
        envelope.TraceParent!.ShouldContain("0af7651916cd43dd8448eb211c80319c");
    }

    [Fact]
    public async Task The_process_announces_its_agent_types()
    {
        await using var process = await WorkerInstallation.StartAsync(Choose);
        await Eventually.Until(
            () => process.Heard.All.Any(one => one.Message is AgentAnnounced),
            TimeSpan.FromSeconds(30),
            "the announcement",
            TestContext.Current.CancellationToken
        );
        var announced = process.Heard.All.Select(one => one.Message).OfType<AgentAnnounced>().First();
        (announced.AgentType, announced.Compensates).ShouldBe(("worker", true));
        announced.Contracts.ShouldBe(["worker.v1"]);
    }

    [Fact, Trait("req", "WAL-08")]
    public async Task More_orders_than_slots_are_all_carried_out_once_and_never_more_at_a_time_than_allowed()
    {
        await using var process = await WorkerInstallation.StartAsync(Choose, agent => agent.Concurrency = 3);
        var (running, most) = (0, 0);
        process.Script.Execute = async (_, _, token) =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await Task.Delay(100, token);
            Interlocked.Decrement(ref running);
        };
        var orders = Enumerable.Range(0, 40).Select(i => WorkerNode.Order($"job {i}")).ToList();
        await Task.WhenAll(orders.Select(order => process.SendAsync(order)));
        foreach (var order in orders)
        {
            await process.HeardAsync<StepCompleted>(order.RunId);
        }

        process.Script.Calls.Count.ShouldBe(orders.Count);
        most.ShouldBe(3);
    }

    [Fact]
    public async Task A_cancellation_over_the_bus_stops_a_running_agent()
    {
        await using var process = await WorkerInstallation.StartAsync(Choose, agent => agent.Concurrency = 1);
        process.Script.Execute = Script.Forever;
        var order = WorkerNode.Order("one");
        await process.SendAsync(order);
        await Eventually.Until(
            () => !process.Script.Calls.IsEmpty,
            TimeSpan.FromSeconds(30),
            "the agent to start",
            TestContext.Current.CancellationToken
        );
        await process.SendAsync(
            new CancelStep
            {
                RunId = order.RunId,
                StepId = order.StepId,
                Attempt = 1,
            }
        );
        (await process.HeardAsync<StepFailed>(order.RunId)).Message.Class.ShouldBe(FailureClass.Cancelled);
    }

    [Fact]
    public async Task An_inline_agent_and_a_compensation_answer_over_the_bus()
    {
        await using var process = await WorkerInstallation.StartAsync(Choose, agent => agent.Inline = true);
        var order = WorkerNode.Order("one");
        await process.SendAsync(order);
        await process.HeardAsync<StepCompleted>(order.RunId);
        await process.SendAsync(
            new CompensateStep
            {
                RunId = order.RunId,
                StepId = order.StepId,
                Attempt = 1,
                AgentType = "worker",
                Input = order.Input,
                Output = JsonSerializer.SerializeToElement(new { by = "process" }),
                TimeoutMs = 1_000,
            }
        );
        await process.HeardAsync<StepCompensated>(order.RunId);
    }

    [Fact]
    public async Task The_client_submits_cancels_and_answers()
    {
        await using var process = await WorkerInstallation.StartAsync(Choose);
        var client = process.Get<RunClient>();
        var token = TestContext.Current.CancellationToken;
        var runId = await client.SubmitAsync(Plan.Named("test").Step("one", "worker", new { name = "x" }), cancellationToken: token);
        await client.CancelAsync(runId, "tester", "enough", force: true, token);
        await client.AnswerAsync(runId, "one", "approve", true, "tester", token);
        var submitted = await process.HeardAsync<SubmitRun>(runId);
        submitted.Message.Plan.Steps.ShouldHaveSingleItem().AgentType.ShouldBe("worker");
        submitted.Envelope.TransactionId.ShouldBe(runId);
        (await process.HeardAsync<CancelRun>(runId)).Message.Force.ShouldBe(true);
        (await process.HeardAsync<InputAnswered>(runId)).Message.Answer.GetBoolean().ShouldBeTrue();
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = target; seen < value; seen = target)
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}

/// <summary>In one process: in-memory transport and a SQLite file.</summary>
public sealed class Worker_embedded : WorkerContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("workers-").FullName;

    public override ValueTask InitializeAsync() => ValueTask.CompletedTask;

    private protected override void Choose(CoordinationBuilder builder) => builder.UseInMemory().UseSqlite(Path.Combine(folder, "test.db"));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>Over RabbitMQ with PostgreSQL.</summary>
[Trait("needs", "servers")]
public sealed class Worker_on_servers : WorkerContract
{
    private Uri? broker;
    private string database = "";

    public override async ValueTask InitializeAsync()
    {
        var token = TestContext.Current.CancellationToken;
        broker = await (await TestServers.Rabbit(token)).NewVirtualHostAsync(token);
        database = await (await TestServers.Postgres(token)).NewDatabaseAsync(ct: token);
    }

    private protected override void Choose(CoordinationBuilder builder) => builder.UseRabbitMq(broker!.ToString()).UsePostgres(database);
}
