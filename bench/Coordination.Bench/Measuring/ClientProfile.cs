using System.Diagnostics;
using System.Globalization;

namespace Coordination.Bench.Measuring;

/// <summary>
/// Where a contender's processor time goes: 1. Linux' perf samples its stacks during a window; 2. each sample belongs to the
/// innermost library on its stack; what only sockets, queues and the thread pool are seen in belongs to them.
/// </summary>
internal sealed class ClientProfile : IDisposable
{
    private const int SamplesPerSecond = 1_999;
    private readonly Process perf;
    private readonly string file;

    private ClientProfile(Process perf, string file)
    {
        this.perf = perf;
        this.file = file;
    }

    /// <summary>What the contender needs, so that perf can read its stacks.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_PerfMapEnabled"] = "1", ["DOTNET_EnableWriteXorExecute"] = "0" };

    public static ClientProfile Start(int process, TimeSpan window)
    {
        var output = Path.GetTempFileName();
        string[] arguments =
        [
            "record",
            "--quiet",
            "--event=cpu-clock",
            $"--freq={SamplesPerSecond}",
            "--call-graph=fp",
            $"--pid={process}",
            $"--output={output}",
        ];
        string[] whileSleeping = ["--", "sleep", window.TotalSeconds.ToString(CultureInfo.InvariantCulture)];
        return new ClientProfile(Run([.. arguments, .. whileSleeping]), output);
    }

    /// <summary>Milliseconds per area; call it after the window.</summary>
    public async Task<IReadOnlyDictionary<string, double>> EndAsync(CancellationToken ct)
    {
        await perf.StandardOutput.ReadToEndAsync(ct);
        await perf.WaitForExitAsync(ct);
        using var script = Run(["script", $"--input={file}", "--fields=ip,sym,dso"]);
        var areas = new Dictionary<string, double>(StringComparer.Ordinal);
        var stack = new List<string>();
        while (await script.StandardOutput.ReadLineAsync(ct) is { } line)
        {
            if (line.Length > 0)
            {
                stack.Add(line);
                continue;
            }
            if (stack.Count > 0)
                areas[Areas.Of(stack)] = areas.GetValueOrDefault(Areas.Of(stack)) + 1_000.0 / SamplesPerSecond;
            stack.Clear();
        }
        return areas;
    }

    public void Dispose()
    {
        perf.Dispose();
        File.Delete(file);
    }

    private static Process Run(string[] arguments) =>
        Process.Start(new ProcessStartInfo("perf", arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
}
