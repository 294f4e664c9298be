namespace Coordination.Workers.Tests;

/// <summary>The context of tests stands for the step it is said to be, whatever else is set.</summary>
public sealed class When_an_agent_is_tested
{
    private static readonly EffectTool Refund = new("refund", EffectClass.Keyed) { Scope = ["order"] };

    private static Task<string> KeyAsync(AgentContext context) =>
        context.Effect(Refund, new { order = 7 }, (key, _) => Task.FromResult(key));

    [Fact]
    public async Task Effects_of_two_runs_have_two_keys_and_both_attempts_of_a_step_have_one()
    {
        var one = new TestAgentContext
        {
            RunId = Guid.NewGuid(),
            StepId = "pay",
            Tenant = "shop",
        };
        var key = await KeyAsync(one);
        key.ShouldNotBe(await KeyAsync(new TestAgentContext()));

        var again = await one.NextAttemptAsync();
        (again.RunId, again.StepId, again.Tenant, again.Attempt).ShouldBe((one.RunId, "pay", "shop", 2));
        (await KeyAsync(again)).ShouldBe(key);
    }

    [Fact]
    public async Task No_call_is_made_after_the_deadline_the_test_sets()
    {
        var late = new TestAgentContext { Deadline = TimeProvider.System.GetUtcNow().AddSeconds(-1) };
        (await Should.ThrowAsync<EffectFailure>(KeyAsync(late))).Code.ShouldBe(Coordination.Contracts.ReasonCode.DeadlineExceeded);
    }

    [Fact]
    public async Task A_persons_word_given_to_the_context_decides_an_effect_in_doubt()
    {
        static Task<int> MailAsync(AgentContext context) =>
            context.Effect<int>("mail", EffectClass.Irreversible, null, (_, _) => throw new IOException());
        var question = await Should.ThrowAsync<InputRequiredException>(MailAsync(new TestAgentContext()));

        var answered = TestAgentContext.WithAnswer(question.QuestionId, new { verdict = "happened", result = 9 });
        (await MailAsync(answered)).ShouldBe(9);
    }
}
