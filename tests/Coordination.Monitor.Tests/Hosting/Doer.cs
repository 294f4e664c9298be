using Coordination.Workers;

namespace Coordination.Monitor.Tests;

/// <summary>What an agent of a test is asked to do: <c>ok</c>, <c>fail</c>, <c>fail-once</c>, <c>ask</c>, <c>wait</c>.</summary>
internal sealed record Job
{
    public required string Do { get; init; }
    public string? Says { get; init; }
}

internal sealed record Result
{
    public required string Said { get; init; }
}

/// <summary>Does what its input says, and undoes it.</summary>
internal sealed class Doer : ICompensatingAgent<Job, Result>
{
    public async Task<Result> ExecuteAsync(Job input, AgentContext context, CancellationToken cancellationToken)
    {
        switch (input.Do)
        {
            case "fail":
                throw new PermanentFailure(input.Says ?? "it cannot be done");
            case "fail-once" when context.Attempt == 1:
                throw new TransientFailure(input.Says ?? "the provider is busy");
            case "ask":
                return new Result { Said = context.Ask<string>("colour", "Which colour shall it be?") };
            case "wait":
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                break;
        }
        return new Result { Said = input.Says ?? "done" };
    }

    public Task CompensateAsync(Job input, Result output, AgentContext context, CancellationToken cancellationToken) => Task.CompletedTask;
}
