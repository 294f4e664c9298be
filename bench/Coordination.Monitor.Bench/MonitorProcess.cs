using System.Diagnostics;
using Coordination.Bench.Measuring;
using Coordination.Testing;

namespace Coordination.Monitor.Bench;

/// <summary><c>coordination monitor</c>, a process of its own as people run it; it can be killed and started again at the same address.</summary>
internal sealed class MonitorProcess(string database) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly int port = FreePort.Next();
    private Process? process;

    public Uri Address => new($"http://127.0.0.1:{port}/coordination/");

    /// <summary>Processor seconds it has used since it was started.</summary>
    public double CpuSeconds => ProcessTree.CpuSeconds(process?.Id) ?? 0;

    public static async Task MigrateAsync(string database)
    {
        using var migrate = Run("migrate", "--database", database);
        await migrate.WaitForExitAsync();
        if (migrate.ExitCode != 0)
            throw new InvalidOperationException($"coordination migrate ended with {migrate.ExitCode}.");
    }

    /// <summary>Starts it and returns when it answers.</summary>
    public async Task StartAsync()
    {
        process = Run("monitor", "--urls", $"http://127.0.0.1:{port}", "--database", database);
        using var http = new HttpClient { BaseAddress = Address };
        await Eventually.Until(
            async () =>
            {
                if (process!.HasExited)
                    throw new InvalidOperationException($"coordination monitor ended with {process.ExitCode}.");
                try
                {
                    using var answer = await http.GetAsync(new Uri("api/v1/me", UriKind.Relative));
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            Patience,
            "the monitor to answer"
        );
    }

    /// <summary>SIGKILL: it can say and write nothing more.</summary>
    public async Task KillAsync()
    {
        if (process is null)
            return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private static Process Run(params string[] arguments)
    {
        // artifacts/bin/<project>/release
        var built = Path.Combine(AppContext.BaseDirectory, "..", "..", "Coordination.Host", "release", "coordination");
        var program = Path.GetFullPath(Environment.GetEnvironmentVariable("COORDINATION_PROGRAM") ?? built);
        if (!File.Exists(program))
            throw new InvalidOperationException(
                $"There is no {program}: build src/Coordination.Host with -c Release, or name the program in COORDINATION_PROGRAM."
            );
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["Coordination__Monitor__AllowAnonymous"] = "viewer,operator,approver,payload-reader";
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        var started = Process.Start(start)!;
        started.OutputDataReceived += (_, _) => { };
        started.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.Contains("rror", StringComparison.Ordinal) is true)
                Console.Error.WriteLine($"  monitor: {line.Data}");
        };
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        return started;
    }
}
