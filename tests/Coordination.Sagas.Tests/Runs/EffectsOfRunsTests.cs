using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Runs;
using static Coordination.Sagas.Tests.Runs.Plans;

namespace Coordination.Sagas.Tests.Runs;

/// <summary>What a run makes of what its steps say about their effects.</summary>
public sealed class A_run_and_its_effects
{
    private const string Doubt = InputRequired.EffectQuestion + "KEY:1";

    [Fact, Trait("req", "RTY-04")]
    public void The_next_attempt_is_not_made_before_the_target_wants_it()
    {
        var run = new RunScript(Of(Step("a")), jitter: 0.5);
        run.Receive(Failed(run, "a", ReasonCode.RateLimited) with { RetryAfterMs = 60_000 });
        run.Timers[new RunTimer(RunTimerKind.Retry, "a", 1)].ShouldBe(run.Now.AddMilliseconds(60_000 + (0.5 * 200)));
    }

    [Fact, Trait("req", "WAL-05")]
    public void A_step_that_asks_about_an_effect_is_in_doubt_until_it_is_answered()
    {
        var run = new RunScript(Of(Step("a")), jitter: 0);
        run.Ask("a", Doubt);
        (run.State["a"].InDoubt, run.State["a"].Reason).ShouldBe((true, ReasonCode.InDoubt));
        run.Receive(
            new InputAnswered
            {
                RunId = run.State.RunId,
                StepId = "a",
                QuestionId = Doubt,
                Answer = Json("""{"verdict":"happened"}"""),
                AnsweredBy = "eve",
            }
        );
        run.State["a"].InDoubt.ShouldBeFalse();
    }

    [Fact, Trait("req", "IDM-11")]
    public void A_step_whose_attempt_ended_in_doubt_stays_in_doubt_whatever_class_its_failure_has()
    {
        var run = new RunScript(Of(Step("a")), jitter: 0);
        run.Receive(Failed(run, "a", ReasonCode.InDoubt) with { Class = FailureClass.Permanent });
        run.State["a"].InDoubt.ShouldBeTrue();
    }

    [Fact, Trait("req", "IDM-11")]
    public void A_doubt_that_comes_while_the_run_is_ending_is_not_forgotten()
    {
        var run = new RunScript(Of(Step("a")), jitter: 0);
        run.Receive(new CancelRun { RunId = run.State.RunId, RequestedBy = "ada" });
        run.Ask("a", Doubt);
        run.State["a"].InDoubt.ShouldBeTrue();
    }

    [Fact, Trait("req", "RTY-14")]
    public void What_a_result_lacks_is_in_the_run_s_last_word()
    {
        var run = new RunScript(Of(Step("a")), jitter: 0);
        run.Receive(
            new StepCompleted
            {
                RunId = run.State.RunId,
                StepId = "a",
                Attempt = 1,
                Output = Json("{}"),
                Missing = ["the letter"],
            }
        );
        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunCompleted>().Missing.ShouldBe(["a: the letter"]);
        (run.State["a"].Reason, run.State["a"].Detail).ShouldBe((ReasonCode.Degraded, "missing: the letter"));
    }

    private static StepFailed Failed(RunScript run, string step, string reason) =>
        new()
        {
            RunId = run.State.RunId,
            StepId = step,
            Attempt = run.State[step].Attempt,
            Class = FailureClass.Transient,
            Reason = reason,
            IncidentId = "i1",
        };
}
