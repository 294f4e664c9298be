namespace Coordination.Bench.Measuring;

/// <summary>Whom a sampled stack belongs to.</summary>
internal static class Areas
{
    public const string Waiting = "thread pool: looking for work, falling asleep, waking";

    private static readonly (string Assembly, string Area)[] Libraries =
    [
        ("[Npgsql]", "Npgsql"),
        ("[RabbitMQ.Client]", "RabbitMQ.Client"),
        ("[MassTransit", "MassTransit"),
        ("[Coordination.Bench]", "the program"),
        ("[Coordination.", "Coordination"),
        ("[Microsoft.EntityFrameworkCore", "EF Core"),
        ("[System.Text.Json]", "JSON"),
        ("[Microsoft.Extensions.DependencyInjection", "dependency injection"),
        ("[Microsoft.Extensions.Logging", "logging"),
        ("[System.Diagnostics.DiagnosticSource]", "traces and metrics"),
        ("[System.Linq]", "the program"),
    ];

    /// <param name="stack">Lines of perf script, innermost first: address, symbol, file.</param>
    public static string Of(IReadOnlyList<string> stack)
    {
        foreach (var frame in stack)
        {
            foreach (var (assembly, area) in Libraries)
            {
                if (frame.Contains(assembly, StringComparison.Ordinal))
                    return area;
            }
        }
        if (Any("PortableThreadPool", "LowLevelLifoSemaphore", "WorkerThread") && !Any("[System.Net.Sockets]", "IThreadPoolWorkItem"))
            return Waiting;
        if (Any("[System.Net.Sockets]", "SocketAsyncEngine"))
            return "sockets";
        if (Any("[System.Private.CoreLib]", "[System."))
            return "async machinery, collections";
        if (Any("libclrjit"))
            return "compiling";
        return Any("libcoreclr", "libclrgc") ? "runtime: memory, garbage collection" : "kernel and C library without a managed stack";

        bool Any(params string[] parts) => stack.Any(frame => parts.Any(part => frame.Contains(part, StringComparison.Ordinal)));
    }
}
