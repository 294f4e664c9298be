using Coordination.Workers;

namespace Coordination.Bench.Runs;

/// <summary>An agent whose work costs nothing: what is left is the backbone.</summary>
internal sealed class EchoAgent : IAgent<EchoInput, EchoInput>
{
    public Task<EchoInput> ExecuteAsync(EchoInput input, AgentContext context, CancellationToken cancellationToken) =>
        Task.FromResult(input);
}
