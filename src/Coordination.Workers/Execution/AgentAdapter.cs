using System.Text.Json;
using Coordination.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Workers;

/// <summary>Between JSON and an agent's own types.</summary>
internal abstract class AgentAdapter
{
    public abstract bool Compensates { get; }

    public abstract Task<JsonElement> ExecuteAsync(
        IServiceProvider services,
        JsonElement input,
        AgentContext context,
        CancellationToken cancellationToken
    );

    public abstract Task CompensateAsync(
        IServiceProvider services,
        JsonElement input,
        JsonElement output,
        AgentContext context,
        CancellationToken cancellationToken
    );

    public static bool IsAgent(Type type) => ShapesOf(type).Count > 0;

    /// <summary>The adapter for a class that implements <see cref="IAgent{TInput,TOutput}"/> exactly once.</summary>
    public static AgentAdapter For(Type agent)
    {
        var shapes = ShapesOf(agent);
        if (agent.IsAbstract || shapes.Count != 1)
        {
            throw new ArgumentException(
                $"{agent.FullName} must be a concrete class that implements IAgent<TInput, TOutput> once; it is "
                    + (agent.IsAbstract ? "abstract." : $"implemented {shapes.Count} times. Make one class per agent type."),
                nameof(agent)
            );
        }

        var types = shapes[0].GetGenericArguments();
        return (AgentAdapter)Activator.CreateInstance(typeof(AgentAdapter<,,>).MakeGenericType(agent, types[0], types[1]))!;
    }

    private static List<Type> ShapesOf(Type type) =>
        [.. type.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IAgent<,>))];
}

internal sealed class AgentAdapter<TAgent, TInput, TOutput> : AgentAdapter
    where TAgent : class, IAgent<TInput, TOutput>
{
    public override bool Compensates => typeof(TAgent).IsAssignableTo(typeof(ICompensatingAgent<TInput, TOutput>));

    public override async Task<JsonElement> ExecuteAsync(
        IServiceProvider services,
        JsonElement input,
        AgentContext context,
        CancellationToken cancellationToken
    )
    {
        var typed = Read<TInput>(input, "input");
        var agent = services.GetRequiredService<TAgent>();
        return AgentJson.Write(await agent.ExecuteAsync(typed, context, cancellationToken));
    }

    public override async Task CompensateAsync(
        IServiceProvider services,
        JsonElement input,
        JsonElement output,
        AgentContext context,
        CancellationToken cancellationToken
    )
    {
        if (!Compensates)
        {
            throw new PermanentFailure(
                $"Agent type '{context.AgentType}' cannot undo: its class does not implement ICompensatingAgent.",
                ReasonCode.NonRetryable
            );
        }

        var typedInput = Read<TInput>(input, "input");
        var typedOutput = Read<TOutput>(output, "output");
        var agent = (ICompensatingAgent<TInput, TOutput>)services.GetRequiredService<TAgent>();
        await agent.CompensateAsync(typedInput, typedOutput, context, cancellationToken);
    }

    private static T Read<T>(JsonElement json, string root) =>
        AgentJson.TryRead<T>(json, root, out var value, out var problem) ? value! : throw problem!;
}
