namespace Coordination.Monitor.Tests.Stuck;

[Trait("req", "OPS-03")]
public sealed class When_a_run_does_not_move
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);
    private static readonly AgentPresence Idle = new(2, Now.AddSeconds(-10), 0);
    private static readonly AgentPresence Busy = new(2, Now.AddSeconds(-10), 7);
    private static readonly AgentPresence Gone = new(0, Now.AddMinutes(-12), 0);

    [Fact]
    public void It_is_not_called_stuck_before_it_was_quiet_for_half_a_minute() =>
        StuckRun.Of(Facts(Sent(Gone)) with { LastProgressAt = Now.AddSeconds(-29) }).Reason.ShouldBeNull();

    [Fact]
    public void The_agent_nobody_hosts_is_named() =>
        Reason(Sent(Gone)).ShouldBe("no living instance of agent coder (last seen 12 min ago)");

    [Fact]
    public void A_worker_that_keeps_its_claim_is_at_work() =>
        Reason(Sent(Gone) with { Claim = new StuckClaim("w1", Now.AddMinutes(-5), Now.AddSeconds(20)) }).ShouldBeNull();

    [Fact]
    public void A_worker_that_keeps_its_claim_beyond_the_attempt_s_time_is_not() =>
        Reason(Sent(Idle) with { Claim = new StuckClaim("w1", Now.AddMinutes(-5), Now.AddSeconds(20)), WaitEndsAt = Now.AddMinutes(-1) })
            .ShouldBe("worker w1 holds step 'code' beyond its time, and nothing was heard of it for 5 min");

    [Fact]
    public void A_claim_that_ran_out_and_was_not_taken_over_is_named() =>
        Reason(Sent(Idle) with { Claim = new StuckClaim("w1", Now.AddMinutes(-5), Now.AddSeconds(-40)) })
            .ShouldBe("the claim of worker w1 on step 'code' ended 40 s ago and nobody took it over");

    [Fact]
    public void The_dead_letter_that_parks_its_message_is_named() =>
        StuckRun
            .Of(Facts(Sent(Idle)) with { Parked = [new ParkedMessage(17, "step.execute.v1", "agent-coder", "CONTRACT_INVALID")] })
            .Reason.ShouldBe("dead letter #17 parks its message step.execute.v1 (CONTRACT_INVALID)");

    [Fact]
    public void The_message_that_has_not_left_is_named() =>
        StuckRun
            .Of(
                Facts(Sent(Gone)) with
                {
                    Unsent = [new UnsentMessage("step.execute.v1", "agent-coder", Now.AddSeconds(-45), 3, "no route")],
                }
            )
            .Reason.ShouldBe("its message step.execute.v1 to agent-coder has not left for 45 s: 3 deliveries failed: no route");

    [Fact]
    public void A_step_that_idle_workers_do_not_take_is_named() =>
        Reason(Sent(Idle)).ShouldBe("step 'code' was sent to agent coder, and none of 2 living instance(s) has taken it");

    [Fact]
    public void Instances_not_heard_of_for_longer_than_they_announce_themselves_are_not_taken_for_living() =>
        Reason(Sent(new AgentPresence(2, Now.AddSeconds(-45), 0)))
            .ShouldBe("no instance of agent coder has taken step 'code'; the last one was heard of 45 s ago and has probably stopped");

    [Fact]
    public void A_step_behind_others_waits_its_turn() => Reason(Sent(Busy)).ShouldBeNull();

    [Fact]
    public void A_question_waits_for_a_person() => Reason(Sent(Gone) with { Status = StepWords.InputWait }).ShouldBeNull();

    [Fact]
    public void A_ballot_that_is_voted_on_is_no_standstill()
    {
        var step = Sent(Gone) with { Status = StepWords.BallotWait };
        Reason(step with { Ballot = new StuckBallot(true, Now.AddMinutes(1)) }).ShouldBeNull();
        Reason(step with { Ballot = new StuckBallot(true, Now.AddMinutes(-1)) })
            .ShouldBe("the ballot of step 'code' should have ended 60 s ago: its service does not answer");
        Reason(step).ShouldBe("the ballot of step 'code' was never opened: no ballot service runs");
    }

    [Fact]
    public void A_retry_needs_its_timer()
    {
        var step = Sent(Gone) with { Status = StepWords.RetryWait, TimerDueAt = null };
        Reason(step with { TimerDueAt = Now.AddMinutes(3) }).ShouldBeNull();
        Reason(step with { TimerDueAt = Now.AddMinutes(-3) }).ShouldBe("the timer of step 'code' was due 3 min ago and has not arrived");
        Reason(step).ShouldBe("the timer of step 'code' is missing");
    }

    [Fact]
    public void One_step_that_moves_moves_the_run_and_the_other_still_says_what_it_waits_for()
    {
        var verdict = StuckRun.Of(Facts(Sent(Gone), Sent(Gone) with { StepId = "ask", Status = StepWords.InputWait }));
        verdict.Reason.ShouldBeNull();
        verdict.Why["code"].ShouldNotBeNull();
        verdict.Why["ask"].ShouldBeNull();
    }

    [Fact]
    public void A_run_without_a_step_under_way_goes_nowhere() =>
        StuckRun.Of(Facts()).Reason.ShouldBe("no step is under way, and nothing will start one");

    private static string? Reason(StuckStep step) => StuckRun.Of(Facts(step)).Reason;

    private static StuckStep Sent(AgentPresence agent) =>
        new("code", StepWords.Dispatched, 1, "coder", Now.AddMinutes(4), Now.AddMinutes(4), null, agent, null);

    private static StuckFacts Facts(params StuckStep[] steps) =>
        new()
        {
            RunId = Guid.Empty,
            Now = Now,
            LastProgressAt = Now.AddSeconds(-50),
            Steps = steps,
        };
}
