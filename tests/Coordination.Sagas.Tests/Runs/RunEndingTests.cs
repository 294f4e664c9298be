using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Runs;
using static Coordination.Sagas.Tests.Runs.Plans;

namespace Coordination.Sagas.Tests.Runs;

public sealed class RunEndingTests
{
    [Fact]
    [Trait("req", "WAL-10")]
    public void Completed_steps_are_undone_in_reverse_order_one_at_a_time()
    {
        var run = new RunScript(Of(Undoable("a"), Undoable("b"), Step("c"), Step("d", "a", "b", "c")));
        run.Complete("b", """{"id":1}""").Complete("c").Complete("a");

        run.FailStep("d").Undoing.ShouldBe(["a/2"]);
        run.State.Status.ShouldBe(RunStatus.Compensating);
        run.Compensated("a").Undoing.ShouldBe(["b/2"]);
        run.Compensated("b");

        var failed = run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>();
        failed.FailedStep.ShouldBe("d");
        failed.Compensated.ShouldBe(["a", "b"]);
        failed.NotCompensated.ShouldBeEmpty();
        run.Timers.ShouldBeEmpty();
    }

    [Fact]
    [Trait("req", "WAL-10")]
    public void A_compensation_is_tried_again_and_its_final_failure_ends_the_run_with_what_remains()
    {
        var run = new RunScript(Of(Undoable("a"), Undoable("b", "a"), Undoable("c", "b"), Step("d", "c")));
        run.Complete("a").Complete("b").Complete("c").FailStep("d").Compensated("c");
        run.Undoing.ShouldBe(["b/2"]);

        run.FailStep("b", FailureClass.Transient).Fire(RunTimerKind.Retry, "b").Undoing.ShouldBe(["b/3"]);
        run.Fire(RunTimerKind.Timeout, "b").Stopping.ShouldBe(["b/3 force"]);
        run.Fire(RunTimerKind.Retry, "b").FailStep("b", FailureClass.Transient);

        var failed = run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>();
        failed.Reason.ShouldBe(ReasonCode.CompensationFailed);
        failed.FailedStep.ShouldBe("d");
        failed.Compensated.ShouldBe(["c"]);
        failed.NotCompensated.ShouldBe(["b", "a"]);
    }

    [Fact]
    [Trait("req", "CTR-09")]
    public void What_is_too_large_for_the_order_to_undo_ends_the_run_instead_of_holding_it()
    {
        static string Text(int kb) => $$"""{"text":"{{new string('x', kb * 1024)}}"}""";
        var run = new RunScript(Of(Undoable("a") with { Input = Json(Text(120)) }, Step("b", "a")));

        run.Complete("a", Text(190)).FailStep("b").Undoing.ShouldBeEmpty();

        var failed = run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>();
        failed.Reason.ShouldBe(ReasonCode.CompensationFailed);
        failed.NotCompensated.ShouldBe(["a"]);
        run.Timers.ShouldBeEmpty();
    }

    [Fact]
    public void Running_siblings_of_a_failed_step_are_stopped_before_anything_is_undone()
    {
        var run = new RunScript(Of(Undoable("a"), Undoable("b"), Step("c", "a")));
        run.Complete("a");

        run.FailStep("c").Stopping.ShouldBe(["b/1"]);
        run.Undoing.ShouldBeEmpty();
        run.FailStep("b", FailureClass.Cancelled).Undoing.ShouldBe(["a/2"]);
    }

    [Fact]
    public void A_sibling_that_completes_while_it_is_asked_to_stop_is_undone_first()
    {
        var run = new RunScript(Of(Undoable("a"), Undoable("b"), Step("c", "a")));

        run.Complete("a").FailStep("c").Complete("b").Undoing.ShouldBe(["b/2"]);
    }

    [Fact]
    public void A_cancelled_run_waits_for_its_steps_and_undoes_what_is_done()
    {
        var run = new RunScript(Of(Undoable("a"), Step("b", "a"), Step("c", "b")));
        run.Complete("a");

        run.Cancel().Stopping.ShouldBe(["b/1"]);
        run.State.Status.ShouldBe(RunStatus.Cancelling);
        run.State["c"].Status.ShouldBe(StepStatus.Skipped);
        run.FailStep("b", FailureClass.Cancelled).Undoing.ShouldBe(["a/2"]);
        run.Compensated("a");

        var cancelled = run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunCancelled>();
        cancelled.RequestedBy.ShouldBe("person");
        cancelled.Compensated.ShouldBe(["a"]);
    }

    [Fact]
    public void A_step_that_does_not_stop_in_time_is_given_up_and_shown_as_not_undone()
    {
        var run = new RunScript(Of(Undoable("a"))).Cancel();
        run.Timers[new RunTimer(RunTimerKind.Stop)].ShouldBe(run.Now.AddSeconds(30));

        run.Fire(RunTimerKind.Stop).Stopping.ShouldBe(["a/1 force"]);

        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunCancelled>().NotCompensated.ShouldBe(["a"]);
        run.Complete("a").Refusal.ShouldBe(ReasonCode.StaleGeneration);
    }

    [Fact]
    public void A_forced_cancellation_waits_for_nobody()
    {
        var run = new RunScript(Of(Step("a"), Step("b")));

        run.Cancel().State.Status.ShouldBe(RunStatus.Cancelling);
        run.Cancel(force: true);

        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunCancelled>();
    }

    [Fact]
    public void A_step_that_waits_for_an_answer_or_a_retry_is_stopped_at_once()
    {
        var run = new RunScript(Of(Step("a"), Step("b")));
        run.Ask("a", "q").FailStep("b", FailureClass.Transient);

        run.Cancel().Stopping.ShouldBeEmpty();

        run.State.Status.ShouldBe(RunStatus.Cancelled);
        run.State["a"].Status.ShouldBe(StepStatus.Cancelled);
    }

    [Fact]
    [Trait("req", "CTR-09")]
    public void A_run_is_terminal_within_ten_seconds_of_its_deadline_even_if_nobody_answers()
    {
        var run = new RunScript(Of(Undoable("a"), Step("b", "a")) with { DeadlineMs = 60_000 });
        var deadline = run.State.DeadlineAt;
        run.Complete("a");

        run.Fire(RunTimerKind.Deadline).Stopping.ShouldBe(["b/1"]);
        run.Fire(RunTimerKind.Stop).Undoing.ShouldBe(["a/2"]);
        run.Fire(RunTimerKind.Window);

        var expired = run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunExpired>();
        expired.Done.ShouldBe(["a"]);
        expired.Missing.ShouldBe(["b"]);
        expired.NotCompensated.ShouldBe(["a"]);
        run.Now.ShouldBeLessThan(deadline.AddSeconds(10));
        run.Timers.ShouldBeEmpty();
    }

    [Fact]
    [Trait("req", "CTR-09")]
    public void An_expired_run_that_is_undone_in_time_says_so()
    {
        var run = new RunScript(Of(Undoable("a"), Step("b", "a"))).Complete("a");

        run.Fire(RunTimerKind.Deadline).FailStep("b", FailureClass.Cancelled).Compensated("a");

        var expired = run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunExpired>();
        expired.Compensated.ShouldBe(["a"]);
        expired.NotCompensated.ShouldBeEmpty();
    }

    [Fact]
    [Trait("req", "CTR-09")]
    public void The_deadline_bounds_a_compensation_that_began_before_it()
    {
        var plan = Of(Undoable("a"), Step("b", "a")) with { DeadlineMs = 60_000 };
        var run = new RunScript(plan).Complete("a").FailStep("b");

        run.Fire(RunTimerKind.Deadline).Fire(RunTimerKind.Window);

        var failed = run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>();
        failed.Reason.ShouldBe(ReasonCode.CompensationFailed);
        failed.NotCompensated.ShouldBe(["a"]);
        run.Compensated("a").Refusal.ShouldBe(ReasonCode.StaleGeneration);
    }

    [Fact]
    [Trait("req", "RTY-06")]
    public void Nothing_starts_after_the_deadline()
    {
        var run = new RunScript(Of(Step("a"), Step("b", "a")) with { DeadlineMs = 1_000 }).Wait(TimeSpan.FromSeconds(2));

        run.Complete("a").Sent.ShouldBeEmpty();

        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunExpired>();
    }

    [Fact]
    [Trait("req", "RTY-06")]
    public void An_attempt_gets_no_more_time_than_its_run_has_left()
    {
        var run = new RunScript(Of(Step("a"), Step("b", "a")) with { DeadlineMs = 1_000 }).Wait(TimeSpan.FromMilliseconds(400));

        run.Complete("a").Last.OfType<RunAction.Dispatch>().Single().Timeout.ShouldBe(TimeSpan.FromMilliseconds(600));
    }

    [Fact]
    [Trait("req", "WAL-10")]
    public void After_the_pivot_a_permanent_failure_undoes_nothing_and_leaves_the_run_partial()
    {
        var run = new RunScript(Of(Undoable("a"), Step("p", "a") with { Pivot = true }, Step("b", "p"), Step("c", "p"), Step("d", "b")));
        run.Complete("a").Complete("p");

        run.FailStep("b").Undoing.ShouldBeEmpty();
        run.State.Status.ShouldBe(RunStatus.Running);
        run.Complete("c");

        var partial = run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunPartial>();
        partial.Done.ShouldBe(["a", "p", "c"]);
        partial.Missing.ShouldBe(["b", "d"]);
    }

    [Fact]
    [Trait("req", "WAL-10")]
    public void After_the_pivot_transient_failures_are_tried_until_the_deadline()
    {
        var run = new RunScript(
            Of(
                Step("p") with
                {
                    Pivot = true,
                },
                Step("b", "p") with
                {
                    Retry = new RetryPolicy { MaxAttempts = 1, BaseDelayMs = 0 },
                }
            ),
            jitter: 0.9
        );
        run.Complete("p");

        for (var i = 0; i < 20; i++)
            run.FailStep("b", FailureClass.Transient).Fire(RunTimerKind.Retry, "b");
        run.State["b"].Attempt.ShouldBe(21);
        // The pauses have grown to the cap although the policy has none.
        run.FailStep("b", FailureClass.Transient).State["b"].WaitEndsAt.ShouldBe(run.Now.AddSeconds(18));
        run.Fire(RunTimerKind.Deadline);

        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunExpired>().Done.ShouldBe(["p"]);
    }

    [Fact]
    [Trait("req", "WAL-10")]
    public void A_pivot_that_completes_while_it_is_asked_to_stop_forbids_undoing()
    {
        var run = new RunScript(Of(Undoable("a"), Step("p", "a") with { Pivot = true }, Step("x")));
        run.Complete("a").FailStep("x").Stopping.ShouldBe(["p/1"]);

        run.Complete("p").Undoing.ShouldBeEmpty();

        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunPartial>().Done.ShouldBe(["a", "p"]);
    }

    [Fact]
    [Trait("req", "WAL-10")]
    public void A_pivot_whose_outcome_is_unknown_forbids_undoing_too()
    {
        var run = new RunScript(Of(Undoable("a"), Step("p", "a") with { Pivot = true, Retry = Attempts(1) }));
        run.Complete("a");

        run.Fire(RunTimerKind.Timeout, "p").Undoing.ShouldBeEmpty();

        var failed = run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>();
        failed.Reason.ShouldBe(ReasonCode.InDoubt);
        failed.NotCompensated.ShouldBe(["a"]);
    }

    [Fact]
    [Trait("req", "WAL-10")]
    public void A_cancelled_run_past_its_pivot_keeps_what_is_done()
    {
        var run = new RunScript(Of(Undoable("a"), Step("p", "a") with { Pivot = true }, Step("b", "p")));
        run.Complete("a").Complete("p");

        run.Cancel().FailStep("b", FailureClass.Cancelled).Undoing.ShouldBeEmpty();

        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunCancelled>().NotCompensated.ShouldBeEmpty();
    }
}
