using System.Data.Common;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Sagas.Runs;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Simulation;

/// <summary>The workload of runs: plans are submitted, the saga and the workers of every process carry them out, some are cancelled.</summary>
internal sealed class RunWork
{
    public const string AgentType = "worker";
    private static readonly RunMetrics SagaMetrics = new();
    private static readonly WorkerMetrics StepMetrics = new();
    private readonly World world;
    private readonly List<SubmitRun> submissions = [];
    private readonly RunAccounts accounts;

    public RunWork(World world)
    {
        this.world = world;
        accounts = new RunAccounts(world);
        world.Broker.Declare(Wire.RunsEndpoint);
        world.Broker.Declare(Wire.AgentEndpoint(AgentType));
        for (var run = 0; run < world.Scenario.Runs; run++)
        {
            submissions.Add(Plans.Draw(world.Dice));
        }
    }

    /// <summary>The product's parts that move runs in a process.</summary>
    public static void Register(Node node, IServiceCollection services)
    {
        var options = new RunsOptions
        {
            DefaultDeadline = TimeSpan.FromSeconds(60),
            QueueAllowance = TimeSpan.FromSeconds(10),
            StopGrace = TimeSpan.FromSeconds(5),
        };
        options.AgentTypes.Add(AgentType);
        services.AddSingleton<IServiceScopeFactory>(new SimulatedAgent.Scopes(node));
        services.AddSingleton(StepMetrics);
        services.AddSingleton(
            new WorkerOptions
            {
                LeaseTtl = node.World.Scenario.LeaseTtl,
                ClaimWait = TimeSpan.FromSeconds(3),
                CancelGrace = TimeSpan.FromSeconds(1),
            }
        );
        services.AddSingleton(
            new AgentRegistration(AgentType, new AgentOptions { Concurrency = node.World.Scenario.Concurrency }, typeof(SimulatedAgent))
        );
        services.AddSingleton<WorkerIdentity>();
        services.AddSingleton<WorkerStop>();
        services.AddSingleton<ClaimStore>();
        services.AddSingleton<RunningAttempts>();
        services.AddSingleton<Suspects>();
        services.AddSingleton<StepExecutor>();
        services.AddSingleton<Answers>();
        services.AddSingleton<JournalStore>();
        services.AddSingleton<JournalReader>();
        services.AddSingleton<EffectStore>();
        services.AddSingleton<IRetryBudgets, RetryBudgets>();
        services.AddSingleton<CallTimes>();
        services.AddSingleton<DecisionStore>();
        services.AddSingleton<EffectSessions>();
        services.AddSingleton<AttemptRunner>();
        services.AddSingleton<StepIntake>();
        services.AddSingleton<EmbeddedStart>();
        services.AddSingleton<LeaseKeeper>();
        services.AddSingleton<Func<double>>(node.World.Dice.Fraction);
        services.AddSingleton<ClaimRecovery>();
        services.AddSingleton(provider => new RunDriver(
            options.ToLimits(),
            new RunStore(provider.GetRequiredService<IUnitOfWorkFactory>().Dialect, options, () => []),
            new RunMail(provider.GetRequiredService<EnvelopeFactory>(), options.ToLimits()),
            provider.GetRequiredService<DatabaseClock>(),
            SagaMetrics,
            node.World.Dice.Fraction,
            NullLogger<RunDriver>.Instance
        ));
    }

    /// <summary>The part of a process in it; nothing when the scenario has no runs.</summary>
    public static void Start(Node node, List<IHostedService> loops)
    {
        var runs = node.World.Runs;
        if (runs.submissions.Count == 0)
        {
            return;
        }

        loops.Add(node.Get<LeaseKeeper>());
        loops.Add(node.Get<ClaimRecovery>());
        foreach (var (endpoint, handle) in new RunPipeline(node).Endpoints)
        {
            node.Link.Add(new Receiver(node, endpoint, node.World.Scenario.Concurrency, handle));
        }

        for (var run = 0; run < runs.submissions.Count; run++)
        {
            if (run % node.World.Scenario.Nodes == node.Number - 1)
            {
                _ = runs.SubmitAsync(node, run);
            }
        }
    }

    /// <summary>An attempt is at work until the result is disposed.</summary>
    public IDisposable Begin(Node node, Guid run, string step, int attempt, string tool) => accounts.Begin(node, run, step, attempt, tool);

    /// <summary>Something was done outside; a target that knows the key does it once.</summary>
    public void Effect(Guid run, string step, string tool, string key) => accounts.Effect(run, step, tool, key);

    public string? Unrest()
    {
        var ended = world.Ground.Count("SELECT count(*) FROM run WHERE ended_at IS NOT NULL");
        return ended < submissions.Count ? $"{ended} of {submissions.Count} runs ended{Parked()}"
            : world.Ground.Count("SELECT count(*) FROM step_claim WHERE state = 'open'") is > 0 and var open ? $"{open} claims open"
            : null;
    }

    public void Audit() => accounts.Audit();

    private string Parked() =>
        string.Concat(world.Ground.Read("SELECT message_type || ' ' || detail FROM dead_letter", row => $"; parked {row.GetString(0)}"));

    private async Task SubmitAsync(Node node, int index)
    {
        await Task.Delay(node.World.Dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)), node.Time);
        var submission = submissions[index];
        var envelopes = node.Get<EnvelopeFactory>();
        await SendAsync(
            node,
            $"submit/{index}",
            () => ContractOutgoing.To(Wire.RunsEndpoint, submission, Root(envelopes, submission.RunId))
        );
        if (submission.RunId.ToByteArray()[0] % 4 == 0)
        {
            await Task.Delay(node.World.Dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(12)), node.Time);
            // Its submission must have arrived: whoever asks for a run that is not there is refused.
            while (node.World.Ground.Count("SELECT count(*) FROM run WHERE tenant = 'default'") < submissions.Count)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), node.Time);
            }

            var cancel = new CancelRun { RunId = submission.RunId, RequestedBy = "simulation" };
            await SendAsync(
                node,
                $"cancel/{index}",
                () => ContractOutgoing.To(Wire.RunsEndpoint, cancel, Root(envelopes, submission.RunId))
            );
        }
    }

    private static Envelope Root(EnvelopeFactory envelopes, Guid runId) => envelopes.Root(runId) with { RunId = runId };

    private static async Task SendAsync(Node node, string request, Func<OutgoingMessage> message)
    {
        while (true)
        {
            try
            {
                await using var work = node.Units.Create(new InboxKey(LedgerWork.Derived("client"), LedgerWork.Derived(request)));
                if (await work.BeginAsync())
                {
                    work.Send(message());
                }

                await work.CommitAsync();
                return;
            }
            catch (DbException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300), node.Time);
            }
        }
    }
}

/// <summary>Plans of one to four steps, side by side or in a row, some of which fail or can be undone.</summary>
internal static class Plans
{
    public static SubmitRun Draw(Dice dice)
    {
        var steps = dice.Between(1, 4);
        var fails = dice.Falls(0.35) ? steps - 1 : -1;
        return new SubmitRun
        {
            RunId = dice.Id(),
            Requester = "simulation",
            Plan = new RunPlan
            {
                Name = "simulated",
                DeadlineMs = dice.Between(20_000, 60_000),
                Steps = [.. Enumerable.Range(0, steps).Select(step => Step(dice, step, step == fails))],
            },
        };
    }

    private static PlanStep Step(Dice dice, int number, bool fails) =>
        new()
        {
            Id = $"s{number}",
            AgentType = RunWork.AgentType,
            Input = JsonSerializer.SerializeToElement(
                new Dictionary<string, object> { ["ms"] = dice.One([10, 500, 3_000, 8_000]), ["fails"] = fails }
            ),
            DependsOn = number > 0 && (fails || dice.Falls(0.7)) ? [$"s{number - 1}"] : null,
            TimeoutMs = dice.Between(4_000, 15_000),
            Retry = new RetryPolicy { MaxAttempts = 4, BaseDelayMs = 100 },
            Compensation = dice.Falls(0.7) ? new CompensationPlan { AgentType = RunWork.AgentType, TimeoutMs = 5_000 } : null,
        };
}
