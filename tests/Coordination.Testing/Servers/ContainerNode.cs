using DotNet.Testcontainers.Containers;

namespace Coordination.Testing;

/// <summary>A server in a container. The container's disk is kept until it is disposed, so a stop and a start keep the data.</summary>
internal sealed class ContainerNode(IContainer container) : IServerNode
{
    public Task StartAsync(CancellationToken ct) => container.StartAsync(ct);

    public Task StopAsync(CancellationToken ct) => container.StopAsync(ct);

    public async Task KillAsync(CancellationToken ct)
    {
        await DockerEngine.KillAsync(container.Id, ct);
        // Tells Testcontainers, too, that it is down: the next start waits for new lines of the log only.
        await container.StopAsync(ct);
    }

    public async Task<string> RunAsync(string tool, string[] arguments, CancellationToken ct)
    {
        var result = await container.ExecAsync([tool, .. arguments], ct);
        return result.ExitCode == 0
            ? result.Stdout
            : throw new InvalidOperationException(
                $"{tool} {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Stdout}{result.Stderr}"
            );
    }

    public string? Ended() => null;

    public Task<int?> ProcessIdAsync(CancellationToken ct) => DockerEngine.ProcessIdAsync(container.Id, ct);

    public ValueTask DisposeAsync() => container.DisposeAsync();
}
