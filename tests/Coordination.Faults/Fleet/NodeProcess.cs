using System.Diagnostics;
using System.Globalization;

namespace Coordination.Faults;

/// <summary>One process of the fleet. What it prints goes to a file; disposing ends it.</summary>
internal sealed class NodeProcess : IDisposable
{
    private const int Signalled = 128;
    private readonly Process process;
    private readonly StreamWriter output;

    // Several speak to one process: a bare writer used by two at a time loses lines.
    private readonly TextWriter input;
    private volatile bool up;
    private DateTimeOffset upAt;

    /// <param name="roles">Null: it has none, it is the sink of effects.</param>
    public NodeProcess(string name, string? roles, string log, IReadOnlyDictionary<string, string> environment)
    {
        Name = name;
        output = new StreamWriter(log, append: true) { AutoFlush = true };
        var start = new ProcessStartInfo(
            Program(roles is null ? "Coordination.Faults.Sink" : "Coordination.Faults.Node"),
            roles is null ? [] : [roles]
        )
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        Id = process.Id;
        input = TextWriter.Synchronized(process.StandardInput);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Built beside this program.</summary>
    private static string Program(string project)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, project);
        return File.Exists(program) ? program : throw new FileNotFoundException($"{program} is not there; build tests/{project}.");
    }

    public string Name { get; }

    public int Id { get; }

    /// <summary>It takes work.</summary>
    public bool IsUp => up && !HasEnded;

    /// <summary>Since when it takes work; null: it does not yet.</summary>
    public DateTimeOffset? UpAt => up ? upAt : null;

    public bool HasEnded => process.HasExited;

    public int ExitCode => process.ExitCode;

    /// <summary>Ended by SIGKILL, its own or ours.</summary>
    public bool WasKilled => HasEnded && ExitCode == Signalled + 9;

    public Task EndedAsync(CancellationToken ct) => process.WaitForExitAsync(ct);

    public void Kill() => process.Kill();

    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ContinueAsync() => SignalAsync("CONT");

    public Task TerminateAsync() => SignalAsync("TERM");

    public async Task SayAsync(string line)
    {
        try
        {
            await input.WriteLineAsync(line);
            await input.FlushAsync();
        }
        catch (IOException)
        {
            // It has just ended.
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
        lock (output)
        {
            output.Dispose();
        }
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("/bin/kill", [$"-{signal}", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        // Two streams, two threads: a combined assignment would lose it.
        if (line == "up")
        {
            upAt = TimeProvider.System.GetUtcNow();
            up = true;
        }

        lock (output)
        {
            if (output.BaseStream is { CanWrite: true })
            {
                output.WriteLine(line);
            }
        }
    }
}
