using System.Text.Json;
using Coordination.Host.CommandLine;

namespace Coordination.Host.Tests;

/// <summary>A command line as a person types it, carried out in this process.</summary>
internal sealed record Typed(int ExitCode, string Out, string Error)
{
    /// <summary>Everything that was shown, on either stream.</summary>
    public string All => Out + Error;

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Out);

    public static Task<Typed> RunAsync(params string[] args) => RunAsync([], args, input: "");

    public static async Task<Typed> RunAsync(
        Dictionary<string, string?> environment,
        string[] args,
        string input = "",
        string? folder = null,
        CancellationToken cancellationToken = default
    )
    {
        using var reader = new StringReader(input);
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var terminal = new Terminal(reader, output, error) { Environment = environment, Folder = folder };
        var exitCode = await CoordinationCommand.RunAsync(args, terminal, cancellationToken);
        return new Typed(exitCode, output.ToString(), error.ToString());
    }
}
