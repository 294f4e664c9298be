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

    public Func<VoteQuestion, AgentContext, CancellationToken, Task<VoteAnswer?>> Vote { get; set; } =
        (_, _, _) => Task.FromResult<VoteAnswer?>(VoteAnswer.Abstain());

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

internal sealed class ScriptedVoter(Script script) : IVoter
{
    public async Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken)
    {
        script.Calls.Enqueue(context.StepId);
        return (await script.Vote(question, context, cancellationToken))!;
    }
}

internal sealed class ScriptedAgentThatVotes(Script script) : IAgent<Job, Result>, IVoter
{
    public async Task<Result> ExecuteAsync(Job input, AgentContext context, CancellationToken cancellationToken)
    {
        await script.Execute(input, context, cancellationToken);
        return new Result { By = script.Node };
    }

    public async Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken) =>
        (await script.Vote(question, context, cancellationToken))!;
}
