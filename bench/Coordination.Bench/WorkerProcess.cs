using System.Diagnostics;
using System.Globalization;
using Coordination.Bench.Measuring;

namespace Coordination.Bench;

/// <summary>A contender in a process of its own, so that its processor time is its own and its code starts cold each time.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    public const string Argument = "--worker";
    private const string Ready = "ready";
    private const string Allocated = "allocated ";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly Process process;

    private WorkerProcess(Process process) => this.process = process;

    public int Id => process.Id;

    public static async Task<WorkerProcess> StartAsync(WorkerSettings settings, bool profiled, CancellationToken ct)
    {
        var info = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // Started by "dotnet Coordination.Bench.dll" the path is dotnet itself.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            info.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        info.ArgumentList.Add(Argument);
        foreach (var (name, value) in profiled ? settings.ToEnvironment().Concat(ClientProfile.Environment) : settings.ToEnvironment())
            info.Environment[name] = value;
        // Profile-guided recompilation goes on for up to a minute and hardly changes the result: without it ten seconds are enough.
        info.Environment.TryAdd("DOTNET_TieredPGO", "0");
        var worker = new WorkerProcess(Process.Start(info)!);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(StartLimit);
            while (await worker.process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (line == Ready)
                    return worker;
                await Console.Error.WriteLineAsync($"  {settings.Contender}: {line}");
            }
            throw new VoidResultException($"{settings.Contender} ended before it was ready.");
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    public void ThrowIfEnded()
    {
        if (process.HasExited)
            throw new VoidResultException($"The contender ended early, with code {process.ExitCode}.");
    }

    /// <summary>Bytes its managed code has allocated so far.</summary>
    public async Task<long> AllocatedBytesAsync(CancellationToken ct)
    {
        await process.StandardInput.WriteLineAsync(Allocated.AsMemory(), ct);
        await process.StandardInput.FlushAsync(ct);
        while (await process.StandardOutput.ReadLineAsync(ct) is { } line)
        {
            if (line.StartsWith(Allocated, StringComparison.Ordinal))
                return long.Parse(line.AsSpan(Allocated.Length), CultureInfo.InvariantCulture);
        }
        throw new VoidResultException("The contender ended early.");
    }

    /// <summary>Runs inside the process: answers each line with what was allocated and works until the parent closes the pipe, or is gone.</summary>
    public static async Task<int> WorkAsync()
    {
        using var ending = new CancellationTokenSource();
        // Ctrl+C reaches the whole terminal; the parent decides when this process ends.
        Console.CancelKeyPress += (_, e) => e.Cancel = true;
        _ = Task.Run(async () =>
        {
            while (await Console.In.ReadLineAsync() is not null)
                Console.WriteLine($"{Allocated}{GC.GetTotalAllocatedBytes()}");
            await ending.CancelAsync();
        });
        var settings = WorkerSettings.FromEnvironment();
        try
        {
            await Contenders.All[settings.Contender].RunAsync(settings, () => Console.WriteLine(Ready), ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The usual end.
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"  {settings.Contender}: {e}");
            return 1;
        }
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.StandardInput.Close();
            try
            {
                await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
            }
            catch (TimeoutException)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        process.Dispose();
    }
}
