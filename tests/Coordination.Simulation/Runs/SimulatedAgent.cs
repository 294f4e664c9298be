using System.Text.Json;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Simulation;

/// <summary>An agent that takes its time, does one outside effect under its effect key, and fails as its input says. It honours its token.</summary>
internal sealed class SimulatedAgent(Node node) : ICompensatingAgent<JsonElement, JsonElement>
{
    public async Task<JsonElement> ExecuteAsync(JsonElement input, AgentContext context, CancellationToken cancellationToken)
    {
        await WorkAsync("do", input, context, cancellationToken);
        return input.GetProperty("fails").GetBoolean()
            ? throw new PermanentFailure("The input says so.")
            : JsonSerializer.SerializeToElement(context.StepId);
    }

    public Task CompensateAsync(JsonElement input, JsonElement output, AgentContext context, CancellationToken cancellationToken) =>
        WorkAsync("undo", input, context, cancellationToken);

    private async Task WorkAsync(string tool, JsonElement input, AgentContext context, CancellationToken cancellationToken)
    {
        var world = node.World;
        var working = world.Runs.Begin(node, context.RunId, context.StepId, context.Attempt, tool);
        try
        {
            await Task.Delay(
                TimeSpan.FromMilliseconds(input.GetProperty("ms").GetInt32() * (0.5 + world.Dice.Fraction())),
                node.Time,
                cancellationToken
            );
            await node.Step("effect");
            if (world.Dice.Falls(world.Faults.Transient))
            {
                throw new TransientFailure("The target is busy.");
            }

            world.Runs.Effect(context.RunId, context.StepId, tool, context.EffectKey(tool));
            await node.Step("effect done");
        }
        finally
        {
            working.Dispose();
        }
    }

    /// <summary>The agents of one process: a new one for each attempt.</summary>
    public sealed class Scopes(Node node) : IServiceScopeFactory, IServiceScope, IServiceProvider
    {
        public IServiceProvider ServiceProvider => this;

        public IServiceScope CreateScope() => this;

        public object? GetService(Type serviceType) => serviceType == typeof(SimulatedAgent) ? new SimulatedAgent(node) : null;

        public void Dispose() { }
    }
}
