using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Coordination.EndToEnd.Tests;

/// <summary>The ticket sample as a process of its own, which may be killed. Its output is kept; disposing ends it.</summary>
internal sealed class SampleProcess : IDisposable
{
    private readonly Process process;
    private readonly string name;
    private readonly int id;
    private readonly StringBuilder output = new();

    private SampleProcess(string name, IEnumerable<string> arguments)
    {
        this.name = name;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "TicketTriage.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("COORDINATION_BROKER");
        start.Environment.Remove("COORDINATION_DATABASE");
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        id = process.Id;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public static SampleProcess Start(string name, params string[] arguments) => new(name, arguments);

    public bool HasEnded => process.HasExited;

    /// <summary>It has announced that it takes work.</summary>
    public bool IsUp => Output.Contains(" is up", StringComparison.Ordinal);

    public int ExitCode => process.ExitCode;

    /// <summary>What it printed, for messages about failures.</summary>
    public string Output
    {
        get
        {
            lock (output)
            {
                return $"--- {name}, process {id} ---\n{output}";
            }
        }
    }

    /// <summary>The figures of the last line.</summary>
    public SampleSummary Summary
    {
        get
        {
            var lines = Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            lines[^1].ShouldStartWith("summary ", customMessage: Output);
            return JsonSerializer.Deserialize<SampleSummary>(lines[^1]["summary ".Length..], JsonSerializerOptions.Web)!;
        }
    }

    /// <summary>Ends it without warning (SIGKILL) and returns when it is gone.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public async Task EndAsync(TimeSpan deadline)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(deadline);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"It did not end within {deadline.TotalSeconds} s.\n{Output}", late);
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Kill();
        }

        process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (output)
        {
            output.Append(line).Append(line is null ? "" : "\n");
        }
    }
}

internal sealed record SampleSummary(int Submitted, int Completed, int Failed, int Compensated, int Effects, int DuplicateEffects);
