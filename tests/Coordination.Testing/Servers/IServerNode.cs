namespace Coordination.Testing;

/// <summary>One running server, in a container or as a process of this machine. Disposing removes it with its data.</summary>
internal interface IServerNode : IAsyncDisposable
{
    /// <summary>Starts it, the first time or again on the same ports with the same data. Returns before it is ready.</summary>
    Task StartAsync(CancellationToken ct);

    /// <summary>Stops it in good order; data and ports are kept.</summary>
    Task StopAsync(CancellationToken ct);

    /// <summary>Ends it as a power cut of the process would (SIGKILL).</summary>
    Task KillAsync(CancellationToken ct);

    /// <summary>Runs one of the server's own command-line tools and returns what it printed.</summary>
    Task<string> RunAsync(string tool, string[] arguments, CancellationToken ct);

    /// <summary>Null while it runs, else the last lines it printed before it ended.</summary>
    string? Ended();

    /// <summary>The server's first process as this machine numbers it; null when it runs where it cannot be seen from here.</summary>
    Task<int?> ProcessIdAsync(CancellationToken ct);
}
