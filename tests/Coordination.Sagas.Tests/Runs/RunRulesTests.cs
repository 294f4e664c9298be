using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Runs;
using static Coordination.Sagas.Tests.Runs.Plans;

namespace Coordination.Sagas.Tests.Runs;

public sealed class RunRulesTests
{
    [Fact]
    public void Ready_steps_run_side_by_side_and_a_join_waits_for_all()
    {
        var run = new RunScript(Of(Step("a"), Step("b", "a"), Step("c", "a"), Step("join", "b", "c")));
        run.Sent.ShouldBe(["a/1"]);
        run.Last.OfType<RunAction.Publish>().ShouldHaveSingleItem().Message.ShouldBeOfType<RunAccepted>().JoinedRunId.ShouldBeNull();

        run.Complete("a").Sent.ShouldBe(["b/1", "c/1"]);
        run.Complete("c").Sent.ShouldBeEmpty();
        run.Complete("b").Sent.ShouldBe(["join/1"]);
        run.Complete("join", """{"ok":true}""");

        run.State.Status.ShouldBe(RunStatus.Completed);
        var outputs = run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunCompleted>().Outputs;
        outputs.Keys.ShouldBe(["join"]);
        outputs["join"].GetRawText().ShouldBe("""{"ok":true}""");
        run.Timers.ShouldBeEmpty();
    }

    [Fact]
    public void A_step_gets_the_outputs_it_asked_for()
    {
        var run = new RunScript(Of(Step("a"), Step("b", "a") with { InputFrom = new Dictionary<string, string> { ["n"] = "a#/list/1" } }));

        run.Complete("a", """{"list":[7,8]}""");

        run.Last.OfType<RunAction.Dispatch>().Single().Input.GetRawText().ShouldBe("""{"n":8}""");
    }

    [Fact]
    public void An_input_that_cannot_be_built_fails_the_step_before_it_starts()
    {
        var run = new RunScript(Of(Step("a"), Step("b", "a") with { InputFrom = new Dictionary<string, string> { ["n"] = "a#/x" } }));

        run.Complete("a", "{}").Sent.ShouldBeEmpty();

        run.State["b"].Reason.ShouldBe(ReasonCode.ContractInvalid);
        run.State["b"].Detail!.ShouldContain("nothing at '/x'");
        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>().FailedStep.ShouldBe("b");
    }

    [Fact]
    [Trait("req", "CTR-03")]
    public void Progress_is_shown_and_never_taken_for_an_end()
    {
        var run = new RunScript(Of(Step("a"), Step("b", "a")) with { DeadlineMs = 60_000 });

        run.Receive(
            new StepProgress
            {
                RunId = run.State.RunId,
                StepId = "a",
                Attempt = 1,
                Percent = 100,
                Note = "all but done",
            }
        );
        run.State["a"].Percent.ShouldBe(100);
        run.Sent.ShouldBeEmpty();
        while (!run.State.IsTerminal)
            run.FireNext();

        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunExpired>().Missing.ShouldBe(["a", "b"]);
    }

    [Fact]
    [Trait("req", "RTY-04")]
    public void A_transient_failure_is_tried_again_after_full_jitter()
    {
        var run = new RunScript(Of(Step("a")), jitter: 0.25);

        run.FailStep("a", FailureClass.Transient).Sent.ShouldBeEmpty();
        run.Timers[new RunTimer(RunTimerKind.Retry, "a", 1)].ShouldBe(run.Now.AddMilliseconds(0.25 * 200));
        run.Fire(RunTimerKind.Retry, "a").Sent.ShouldBe(["a/2"]);
        run.FailStep("a", FailureClass.Transient);
        run.Timers[new RunTimer(RunTimerKind.Retry, "a", 2)].ShouldBe(run.Now.AddMilliseconds(0.25 * 400));
        run.Fire(RunTimerKind.Retry, "a").Sent.ShouldBe(["a/3"]);
        run.FailStep("a", FailureClass.Transient);

        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>().FailedStep.ShouldBe("a");
    }

    [Theory]
    [InlineData(FailureClass.Permanent)]
    [InlineData("a class nobody knows")]
    [Trait("req", "RTY-03")]
    public void A_permanent_failure_is_not_tried_again(string failureClass)
    {
        var run = new RunScript(Of(Step("a")));

        run.FailStep("a", failureClass);

        run.State.Status.ShouldBe(RunStatus.Failed);
    }

    [Fact]
    public void A_silent_worker_is_told_to_stop_and_the_step_is_tried_again()
    {
        var run = new RunScript(Of(Step("a") with { TimeoutMs = 1_000, Retry = Attempts(2) }));
        run.Timers[new RunTimer(RunTimerKind.Timeout, "a", 1)].ShouldBe(run.Now.AddSeconds(1 + 30));

        run.Fire(RunTimerKind.Timeout, "a").Stopping.ShouldBe(["a/1 force"]);
        run.State["a"].Status.ShouldBe(StepStatus.RetryWait);
        run.Fire(RunTimerKind.Retry, "a").Sent.ShouldBe(["a/2"]);
        run.Fire(RunTimerKind.Timeout, "a");

        run.State["a"].Reason.ShouldBe(ReasonCode.DeadlineExceeded);
        run.State.Status.ShouldBe(RunStatus.Failed);
    }

    [Fact]
    [Trait("req", "STA-03")]
    public void A_result_of_an_old_attempt_is_recorded_and_has_no_effect()
    {
        var run = new RunScript(Of(Step("a"), Step("b", "a")));
        run.FailStep("a", FailureClass.Transient).Fire(RunTimerKind.Retry, "a");

        run.Complete("a", attempt: 1);

        run.Refusal.ShouldBe(ReasonCode.StaleGeneration);
        run.State["a"].Status.ShouldBe(StepStatus.Dispatched);
        run.Last.ShouldHaveSingleItem().ShouldBeOfType<RunAction.Record>().Entry.Type.ShouldBe("stale");
    }

    [Fact]
    [Trait("req", "STA-03")]
    public void Nothing_moves_a_run_that_has_ended()
    {
        var run = new RunScript(Of(Step("a"))).Complete("a");

        run.Complete("a").Refusal.ShouldBe(ReasonCode.StaleGeneration);
        run.Cancel().Refusal.ShouldBe(ReasonCode.StaleGeneration);
        run.Answer("a", "q").Refusal.ShouldBe(ReasonCode.StaleGeneration);

        run.State.Status.ShouldBe(RunStatus.Completed);
        run.Terminal.Count.ShouldBe(1);
    }

    [Fact]
    [Trait("req", "RTY-07")]
    public void A_failed_step_takes_its_dependents_with_it_before_they_run()
    {
        var run = new RunScript(Of(Step("a"), Step("b", "a"), Step("c", "b")));

        run.FailStep("a");

        run.All.OfType<RunAction.Dispatch>().Select(d => d.StepId).ShouldBe(["a"]);
        run.State["c"].Status.ShouldBe(StepStatus.Skipped);
        var skipped = run.Last.OfType<RunAction.Record>().Where(r => r.Entry.Type == "step-skipped").ToList();
        skipped.Select(r => r.Entry.StepId).ShouldBe(["b", "c"]);
        skipped.ShouldAllBe(r => r.Entry.Data["because"] == "a");
    }

    [Fact]
    [Trait("req", "RTY-07")]
    public void An_optional_step_leaves_the_run_partial_and_its_siblings_go_on()
    {
        var run = new RunScript(Of(Step("a") with { Optional = true }, Step("b"), Step("after-a", "a"), Step("after-b", "b")));

        run.FailStep("a").State.Status.ShouldBe(RunStatus.Running);
        run.Complete("b").Sent.ShouldBe(["after-b/1"]);
        run.Complete("after-b");

        var partial = run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunPartial>();
        partial.Done.ShouldBe(["b", "after-b"]);
        partial.Missing.ShouldBe(["a", "after-a"]);
        partial.Outputs.Keys.ShouldBe(["after-b"]);
    }

    [Fact]
    [Trait("req", "CTR-08")]
    public void An_answer_resumes_the_same_step()
    {
        var run = new RunScript(Of(Step("a")));

        run.Ask("a", "colour").State["a"].Status.ShouldBe(StepStatus.InputWait);
        run.Timers[new RunTimer(RunTimerKind.Question, "a", 1)].ShouldBe(run.State.DeadlineAt);
        run.Answer("a", "size").Refusal.ShouldBe(ReasonCode.StaleGeneration);
        run.Answer("a", "colour", "\"red\"").Sent.ShouldBe(["a/2"]);

        run.Last.OfType<RunAction.Dispatch>().Single().Answers!["colour"].GetString().ShouldBe("red");
        run.Complete("a").State.Status.ShouldBe(RunStatus.Completed);
    }

    [Fact]
    [Trait("req", "CTR-08")]
    public void Questions_do_not_use_up_the_attempts_of_a_step()
    {
        var run = new RunScript(Of(Step("a") with { Retry = Attempts(2) }));

        run.Ask("a", "q1")
            .Answer("a", "q1")
            .Ask("a", "q2")
            .Answer("a", "q2")
            .FailStep("a", FailureClass.Transient)
            .Fire(RunTimerKind.Retry, "a");

        run.Sent.ShouldBe(["a/4"]);
        run.Last.OfType<RunAction.Dispatch>().Single().Answers!.Keys.ShouldBe(["q1", "q2"]);
    }

    [Fact]
    [Trait("req", "CTR-08")]
    public void A_question_nobody_answers_fails_its_step()
    {
        var run = new RunScript(Of(Step("a"))).Ask("a", "q", deadlineMs: 5_000);

        run.Fire(RunTimerKind.Question, "a");

        var failed = run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>();
        failed.Reason.ShouldBe(ReasonCode.DeadlineExceeded);
        failed.FailedStep.ShouldBe("a");
        run.Answer("a", "q").Refusal.ShouldBe(ReasonCode.StaleGeneration);
    }

    [Fact]
    public void A_step_that_only_asks_is_stopped()
    {
        var run = new RunScript(Of(Step("a")), new RunLimits { MaxQuestions = 1 }).Ask("a", "q").Answer("a", "q").Ask("a", "q");

        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>().Reason.ShouldBe(ReasonCode.LivelockStopped);
    }

    [Fact]
    public void The_same_submission_joins_and_another_plan_is_refused()
    {
        var run = new RunScript(Of(Step("a")));
        var before = run.State;

        run.Receive(run.Submission).Refusal.ShouldBeNull();
        run.Last.OfType<RunAction.Publish>().Single().Message.ShouldBeOfType<RunAccepted>().JoinedRunId.ShouldBe(run.State.RunId);
        run.State.ShouldBe(before with { HistoryCount = before.HistoryCount + 1 });

        before = run.State;
        run.Receive(run.Submission with { Plan = Of(Step("b")) }).Refusal.ShouldBe(ReasonCode.IdempotencyConflict);
        run.Last.ShouldHaveSingleItem()
            .ShouldBeOfType<RunAction.Publish>()
            .Message.ShouldBeOfType<RunRejected>()
            .Reason.ShouldBe(ReasonCode.IdempotencyConflict);
        run.State.ShouldBe(before);
    }

    [Fact]
    public void Outputs_of_a_run_are_bounded_together()
    {
        var run = new RunScript(Of(Step("a"), Step("b", "a")), new RunLimits { MaxStoredBytes = 20 });

        run.Complete("a", "\"0123456789\"").Complete("b", "\"0123456789\"");

        run.State["b"].Reason.ShouldBe(ReasonCode.ContractInvalid);
        run.State["b"].Detail!.ShouldStartWith("the output has 12 bytes; with it the run would keep 24 of at most 20");
        run.State.Status.ShouldBe(RunStatus.Failed);
    }

    [Fact]
    public void Outputs_that_do_not_fit_into_the_event_are_left_out_of_it()
    {
        var run = new RunScript(Of(Step("big"), Step("small")), new RunLimits { MaxEventOutputBytes = 20 });

        run.Complete("big", $"\"{new string('x', 30)}\"").Complete("small", "1");

        run.Terminal.ShouldHaveSingleItem().ShouldBeOfType<RunCompleted>().Outputs.Keys.ShouldBe(["small"]);
    }

    [Fact]
    public void A_timer_that_was_overtaken_does_nothing()
    {
        var run = new RunScript(Of(Step("a"), Step("b", "a")));
        var timer = run.Timers.Single(t => t.Key.Kind == RunTimerKind.Timeout);
        run.Complete("a");
        var before = run.State;

        run.Fire(timer.Key, timer.Value);

        run.State.ShouldBe(before);
        run.Last.ShouldBeEmpty();
    }

    [Fact]
    public void A_message_for_a_step_the_plan_does_not_have_is_refused()
    {
        var run = new RunScript(Of(Step("a")));

        run.Complete("nobody", attempt: 1).Refusal.ShouldBe(ReasonCode.ContractInvalid);

        run.Last.ShouldBeEmpty();
    }

    [Fact]
    public void The_token_of_a_timer_is_always_the_same_and_never_shared()
    {
        var run = Guid.NewGuid();
        var timer = new RunTimer(RunTimerKind.Retry, "a", 1);

        timer.Token(run).ShouldBe(new RunTimer(RunTimerKind.Retry, "a", 1).Token(run));
        timer.Token(run).ShouldNotBe((timer with { Attempt = 2 }).Token(run));
        timer.Token(run).ShouldNotBe((timer with { Kind = RunTimerKind.Timeout }).Token(run));
        timer.Token(run).ShouldNotBe(timer.Token(Guid.NewGuid()));
    }
}
