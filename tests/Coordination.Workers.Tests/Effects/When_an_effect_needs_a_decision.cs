using Coordination.Contracts;
using Microsoft.Extensions.AI;

namespace Coordination.Workers.Tests.Effects;

/// <summary>What an agent sees of decisions, without a database.</summary>
public sealed class When_an_effect_needs_a_decision
{
    private static readonly EffectTool Payout = new("payout", EffectClass.Keyed) { Scope = ["order"], Tier = "T2" };
    private static readonly DecisionToken Token = new(Guid.NewGuid(), "refund");

    [Theory]
    [InlineData("T0", EffectClass.Keyed)]
    [InlineData("T4", EffectClass.Keyed)]
    [InlineData("high", EffectClass.Keyed)]
    [InlineData("T1", EffectClass.Pure)]
    public async Task A_tier_that_is_none_is_refused_with_its_name(string tier, EffectClass effectClass) =>
        (
            await Should.ThrowAsync<ArgumentException>(() =>
                new TestAgentContext().Effect(new EffectTool("x", effectClass) { Tier = tier }, null, (_, _) => Task.FromResult(1))
            )
        ).Message.ShouldContain("Tier");

    [Fact]
    public async Task A_read_takes_no_decision() =>
        (
            await Should.ThrowAsync<ArgumentException>(() =>
                new TestAgentContext().Effect(new EffectTool("x", EffectClass.Pure), null, (_, _) => Task.FromResult(1), decision: Token)
            )
        ).Message.ShouldContain("needs no decision");

    [Fact, Trait("req", "VOTE-13")]
    public async Task A_test_finds_an_agent_that_passes_none_or_passes_one_twice()
    {
        var context = new TestAgentContext();
        Task<int> PayAsync(int order, DecisionToken? decision) =>
            context.Effect(Payout, new { order }, (_, _) => Task.FromResult(order), decision: decision);
        var failure = await Should.ThrowAsync<EffectFailure>(PayAsync(7, null));
        (failure.Code, failure.Retryable).ShouldBe((ReasonCode.AdmissionDenied, false));
        (await PayAsync(7, Token)).ShouldBe(7);
        (await PayAsync(7, Token)).ShouldBe(7);
        (await Should.ThrowAsync<EffectFailure>(PayAsync(8, Token))).Detail!.ShouldContain("one effect");
    }

    [Fact, Trait("req", "VOTE-13")]
    public async Task A_function_of_a_model_is_bound_to_the_decision_it_was_given_with()
    {
        var paid = new List<int>();
        var function = AIFunctionFactory.Create(
            (int order) =>
            {
                paid.Add(order);
                return "paid";
            },
            "payout"
        );
        var context = new TestAgentContext();
        await Should.ThrowAsync<EffectFailure>(() => context.Tool(function, Payout).InvokeAsync(new() { ["order"] = 7 }).AsTask());
        var tool = context.Tool(function, Payout, Token);
        await tool.InvokeAsync(new() { ["order"] = 7 });
        await Should.ThrowAsync<EffectFailure>(() => tool.InvokeAsync(new() { ["order"] = 8 }).AsTask());
        paid.ShouldBe([7]);
    }
}
