using System.Text.Json;
using Coordination.AgentFramework;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace Coordination.Workers.Tests.Models;

/// <summary>An agent of Microsoft Agent Framework as a step.</summary>
public sealed class An_AIAgent_as_a_step
{
    private sealed class Support(ScriptedModel model) : IAIAgentFactory
    {
        public AIAgent Create(AgentContext context) =>
            new ChatClientAgent(context.Model(model), instructions: "Be brief.", name: "support");
    }

    [Fact]
    public async Task Keeps_its_session_in_the_step_and_goes_on_with_it_in_another_worker()
    {
        var model = new ScriptedModel
        {
            Answer = (_, prompt) => new ChatMessage(ChatRole.Assistant, $"{prompt.Count(m => m.Role == ChatRole.User)} questions so far"),
        };
        var first = await Step(model).ExecuteAsync(new AIAgentRequest { Prompt = "One?" }, new TestAgentContext(), Token);
        first.Text.ShouldBe("1 questions so far");

        // As the run stores it and sends it to the next step.
        var stored = JsonSerializer.Deserialize<JsonElement>(JsonSerializer.SerializeToUtf8Bytes(first.Session));
        var second = await Step(model)
            .ExecuteAsync(new AIAgentRequest { Prompt = "Two?", Session = stored }, new TestAgentContext { StepId = "two" }, Token);
        second.Text.ShouldBe("2 questions so far");
    }

    [Fact, Trait("req", "WAL-04")]
    public async Task Asks_its_model_nothing_twice_when_the_step_is_tried_again()
    {
        var model = new ScriptedModel();
        var context = new TestAgentContext();
        var request = new AIAgentRequest { Prompt = "One?" };
        await Step(model).ExecuteAsync(request, context, Token);
        await Step(model).ExecuteAsync(request, await context.NextAttemptAsync(), Token);
        model.Prompts.Count.ShouldBe(1);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static AIAgentStep<Support> Step(ScriptedModel model) => new(new Support(model));
}
