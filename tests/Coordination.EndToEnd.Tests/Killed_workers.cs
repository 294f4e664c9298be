using System.Diagnostics;
using Coordination.Testing;

namespace Coordination.EndToEnd.Tests;

/// <summary>The program as several processes on a real broker and database, while workers and the broker die.</summary>
[Trait("needs", "servers")]
public sealed class Killed_workers
{
    private const int Tickets = 400;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan Begin = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan KillEvery = TimeSpan.FromSeconds(2);

    // After this long the workers are left in peace: a machine too busy to start one in two seconds gets nothing done before.
    private static readonly TimeSpan KillFor = TimeSpan.FromSeconds(60);

    [Fact]
    [Trait("req", "WAL-04")]
    [Trait("req", "CTR-09")]
    public async Task Workers_killed_every_two_seconds_and_a_broker_restart_lose_and_double_nothing()
    {
        var ct = TestContext.Current.CancellationToken;
        var starting = (Rabbit: TestServers.StartDedicatedRabbitAsync(ct), Postgres: TestServers.StartDedicatedPostgresAsync(ct));
        await using var rabbit = await starting.Rabbit;
        await using var postgres = await starting.Postgres;
        var expected = await UndisturbedAsync();
        using var desk = new Desk(Tickets);
        var database = await postgres.NewDatabaseAsync(ct: ct);
        using var fleet = new Fleet(desk, rabbit.Amqp.ToString(), database);
        fleet.StartHost();
        fleet.StartWorker();
        fleet.StartWorker();
        var submit = fleet.StartSubmit();

        // The work has begun: from here on nobody is safe.
        await fleet.UntilAsync(() => desk.Refunds().Count > 0 || submit.HasEnded, "a first refund");
        await using var clerk = await Clerk.StartAsync(rabbit.Amqp.ToString(), database, desk, ct);
        var clock = Stopwatch.StartNew();
        var (kills, restarted) = (0, Task.CompletedTask);
        using var rhythm = new PeriodicTimer(KillEvery);
        do
        {
            await clerk.AnswerAsync(ct);
            if (clock.Elapsed > KillFor || !fleet.KillOne())
            {
                continue;
            }

            fleet.StartWorker();

            // With the first kill, not a later one: a fast machine has done the work after a few seconds if nothing holds it up.
            if (++kills == 1)
            {
                restarted = RestartAsync(rabbit, ct);
            }
        } while (!submit.HasEnded && clock.Elapsed < Deadline && await rhythm.WaitForNextTickAsync(ct));

        await restarted;
        submit.HasEnded.ShouldBeTrue($"{kills} kills in {clock.Elapsed.TotalSeconds:0} s\n{submit.Output}\n{fleet.Output}");
        await submit.EndAsync(TimeSpan.FromSeconds(10));
        submit.ExitCode.ShouldBe(0, submit.Output);
        kills.ShouldBeGreaterThanOrEqualTo(2, submit.Output);
        var summary = submit.Summary;
        (summary.Completed + summary.Failed).ShouldBe(Tickets);
        summary.DuplicateEffects.ShouldBe(0);
        var refunds = desk.Refunds();
        refunds.ShouldHoldEveryRefundOnce();
        refunds.ShouldBe(expected.Refunds, ignoreOrder: true, customMessage: submit.Output);
        summary.ShouldBe(expected.Summary);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{kills} kills, 1 broker restart, {clerk.Answered} doubts answered, {clock.Elapsed.TotalSeconds:0.0} s; {summary}"
        );
    }

    private static async Task<(IReadOnlyList<LedgerLine> Refunds, SampleSummary Summary)> UndisturbedAsync()
    {
        using var desk = new Desk(Tickets);
        using var sample = SampleProcess.Start("undisturbed", "--data", desk.Data, "--tickets", desk.Tickets);
        await sample.EndAsync(Deadline);
        sample.ExitCode.ShouldBe(0, sample.Output);
        return (desk.Refunds(), sample.Summary);
    }

    private static async Task RestartAsync(RabbitServer rabbit, CancellationToken ct)
    {
        await rabbit.StopAsync(ct);
        await rabbit.StartAsync(ct);
    }

    private sealed class Fleet(Desk desk, string broker, string database) : IDisposable
    {
        private readonly List<SampleProcess> workers = [];
        private readonly List<SampleProcess> all = [];

        public string Output => string.Join('\n', all.Select(process => process.Output));

        public void StartHost() => Start("host");

        public void StartWorker() => workers.Add(Start("worker", "--lease", "3", "--no-migrate"));

        public SampleProcess StartSubmit() => Start("submit", "--tickets", desk.Tickets, "--no-migrate");

        /// <summary>Kills a worker that takes work; false when there is none at the moment.</summary>
        public bool KillOne()
        {
            foreach (var worker in workers)
            {
                worker.HasEnded.ShouldBeFalse($"A worker ended by itself.\n{worker.Output}");
            }

            var candidates = workers.FindAll(worker => worker.IsUp);
            if (candidates.Count == 0)
            {
                return false;
            }

            var victim = candidates[Random.Shared.Next(candidates.Count)];
            victim.Kill();
            workers.Remove(victim);
            return true;
        }

        public async Task UntilAsync(Func<bool> condition, string what)
        {
            try
            {
                await Eventually.Until(condition, Begin, what, TestContext.Current.CancellationToken);
            }
            catch (TimeoutException late)
            {
                throw new TimeoutException($"{late.Message}\n{Output}", late);
            }
        }

        public void Dispose() => all.ForEach(process => process.Dispose());

        private SampleProcess Start(string role, params string[] more)
        {
            string[] arguments = ["--role", role, "--data", desk.Data, "--broker", broker, "--database", database, .. more];
            var process = SampleProcess.Start(role, arguments);
            all.Add(process);
            return process;
        }
    }
}
