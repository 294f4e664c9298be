using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Runs;
using CsCheck;

namespace Coordination.Sagas.Tests.Runs;

/// <summary>Random plans under random histories: what must hold in every one of them.</summary>
public sealed class RunPropertyTests
{
    // Thirty thousand took three minutes on two cores; the short figure is for every day.
    private static readonly int Iterations = int.TryParse(
        Environment.GetEnvironmentVariable("COORDINATION_PROPERTY_ITERATIONS"),
        out var wanted
    )
        ? wanted
        : 500;

    private static readonly Gen<PlanStep> StepFlags = Gen.Select(
        Gen.Int[1, 4],
        Gen.Bool,
        Gen.Int[0, 4],
        Gen.Long[1, 600_000],
        (attempts, undoable, optional, timeout) =>
            new PlanStep
            {
                Id = "?",
                AgentType = Plans.Agent,
                TimeoutMs = timeout,
                Retry = Plans.Attempts(attempts),
                Optional = optional == 0 ? true : null,
                Compensation = undoable ? new CompensationPlan { AgentType = Plans.Agent, Retry = Plans.Attempts(attempts) } : null,
            }
    );

    /// <summary>Steps depend on earlier ones only; a pivot sheds the compensations it makes useless.</summary>
    private static readonly Gen<RunPlan> AnyPlan = Gen.Select(StepFlags.Array[1, 9], Gen.Int[0, 511].Array[9], Gen.Int[-9, 8])
        .Select(
            (flags, masks, pivot) =>
            {
                var steps = flags
                    .Select(
                        (flag, i) =>
                            flag with
                            {
                                Id = $"s{i}",
                                DependsOn = [.. Enumerable.Range(0, i).Where(d => (masks[i] >> d & 1) != 0).Select(d => $"s{d}")],
                            }
                    )
                    .ToArray();
                var plan = Plans.Of(steps) with { DeadlineMs = 600_000 };
                if (pivot < 0 || pivot >= steps.Length)
                    return plan;
                steps[pivot] = steps[pivot] with { Pivot = true, Optional = null, Compensation = null };
                var graph = new PlanGraph(plan);
                return plan with
                {
                    Steps = [.. steps.Select(s => graph.Before(s.Id).Contains(steps[pivot].Id) ? s with { Compensation = null } : s)],
                };
            }
        );

    [Fact]
    [Trait("req", "CTR-09")]
    [Trait("req", "WAL-10")]
    [Trait("req", "LCK-04")]
    public void Every_run_keeps_its_promises_whatever_happens_in_whatever_order() =>
        Gen.Select(AnyPlan, Gen.Int[0, int.MaxValue].Array[0, 60])
            .Sample(
                (plan, choices) =>
                {
                    plan.Problems().ShouldBeEmpty();
                    var world = new RunWorld(plan);
                    foreach (var choice in choices)
                        world.Happen(choice);
                    world.LetEveryTimerFire();
                },
                iter: Iterations,
                print: t => JsonSerializer.Serialize(t.Item1) + " " + string.Join(',', t.Item2)
            );

    [Fact]
    public void A_run_whose_steps_all_succeed_completes_with_every_step_sent_once() =>
        AnyPlan.Sample(
            plan =>
            {
                var run = new RunScript(plan);
                while (!run.State.IsTerminal)
                    run.Complete(run.State.Steps.Last(s => s.Status == StepStatus.Dispatched).Id);
                run.State.Status.ShouldBe(RunStatus.Completed);
                run.All.OfType<RunAction.Dispatch>().Select(d => d.StepId).Order().ShouldBe(plan.Steps.Select(s => s.Id).Order());
            },
            iter: 2_000
        );

    [Fact]
    [Trait("req", "LCK-12")]
    public void A_plan_is_called_cyclic_exactly_when_no_order_of_its_steps_exists() =>
        Gen.Select(Gen.Int[1, 7], Gen.Int[0, 127].Array[7])
            .Sample(
                (count, masks) =>
                {
                    var plan = Plans.Of([
                        .. Enumerable
                            .Range(0, count)
                            .Select(i =>
                                Plans.Step(
                                    $"s{i}",
                                    [.. Enumerable.Range(0, count).Where(d => (masks[i] >> d & 1) != 0 && d != i).Select(d => $"s{d}")]
                                )
                            ),
                    ]);
                    var problems = plan.Problems();

                    problems.Any(p => p.Code == ReasonCode.PlanCycle).ShouldBe(!CanBeOrdered(plan));
                    foreach (var problem in problems)
                    {
                        var named = problem.Message.Split(": ")[1].Split(" -> ");
                        named[0].ShouldBe(named[^1]);
                        for (var i = 0; i + 1 < named.Length; i++)
                            plan.Steps.Single(s => s.Id == named[i]).DependsOn!.ShouldContain(named[i + 1]);
                    }
                },
                iter: 5_000
            );

    private static bool CanBeOrdered(RunPlan plan)
    {
        var left = plan.Steps.ToList();
        while (left.Find(s => (s.DependsOn ?? []).All(d => left.All(l => l.Id != d))) is { } free)
            left.Remove(free);
        return left.Count == 0;
    }
}
