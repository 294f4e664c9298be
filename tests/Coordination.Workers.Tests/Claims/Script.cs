using System.Collections.Concurrent;

namespace Coordination.Workers.Tests;

internal sealed record Job
{
    public required string Name { get; init; }
}

internal sealed record Result
{
    public required string By { get; init; }
}

/// <summary>What the test's agents do; one per node.</summary>
internal sealed class Script(string node)
{
    public string Node { get; } = node;

    public ConcurrentQueue<string> Calls { get; } = new();

    public Func<Job, AgentContext, CancellationToken, Task> Execute { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>Runs until its token fires.</summary>
    public static Task Forever(Job job, AgentContext context, CancellationToken cancellationToken) =>
        Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
}

internal sealed class ScriptedAgent(Script script) : ICompensatingAgent<Job, Result>
{
    public async Task<Result> ExecuteAsync(Job input, AgentContext context, CancellationToken cancellationToken)
    {
        script.Calls.Enqueue(input.Name);
        await script.Execute(input, context, cancellationToken);
        return new Result { By = script.Node };
    }

    public Task CompensateAsync(Job input, Result output, AgentContext context, CancellationToken cancellationToken)
    {
        script.Calls.Enqueue($"undo {input.Name} of {output.By}");
        return script.Execute(input, context, cancellationToken);
    }
}
