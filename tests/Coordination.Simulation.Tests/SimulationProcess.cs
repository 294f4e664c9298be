using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Coordination.Simulation.Tests;

/// <summary>Seeds run in a process of their own, whose thread pool has one thread.</summary>
internal static partial class SimulationProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    public static async Task<SimulationReport> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Coordination.Simulation.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_PROCESSOR_COUNT"] = "1";
        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            var summary = Summary().Match(output);
            return summary.Success
                ? new SimulationReport(
                    int.Parse(summary.Groups["seeds"].Value, CultureInfo.InvariantCulture),
                    int.Parse(summary.Groups["violated"].Value, CultureInfo.InvariantCulture),
                    summary.Groups["hash"].Value,
                    output
                )
                : throw new InvalidOperationException(
                    $"The simulation ended with {process.ExitCode} and no summary.\n{output}\n{await errors}"
                );
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    [GeneratedRegex(
        "^seeds (?<seeds>[0-9]+) violated (?<violated>[0-9]+) hash (?<hash>[0-9a-f]+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1_000
    )]
    private static partial Regex Summary();
}

/// <summary>What a process found.</summary>
/// <param name="Seeds">Seeds run.</param>
/// <param name="Violated">Seeds that broke an invariant.</param>
/// <param name="Hash">Of everything that happened.</param>
/// <param name="Output">Its lines: one for each violated seed, with all options.</param>
internal sealed record SimulationReport(int Seeds, int Violated, string Hash, string Output);
