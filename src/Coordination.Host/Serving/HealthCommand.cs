using System.CommandLine;
using Coordination.Host.CommandLine;
using Coordination.Host.Settings;

namespace Coordination.Host.Serving;

/// <summary><c>health</c>: asks a running host; the health check of its container.</summary>
internal static class HealthCommand
{
    public static Command Build(Terminal terminal)
    {
        var url = new Option<string>("--url")
        {
            Description = "Address of the host.",
            HelpName = "URL",
            DefaultValueFactory = _ => HostSettings.DefaultUrls,
        };
        var command = new Command("health", "Ask a running host whether it is ready; exit code 0 when it is.") { url }.WithExamples(
            "coordination health",
            "coordination health --url http://127.0.0.1:8080"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                if (!Uri.TryCreate(invocation.Arguments.GetValue(url), UriKind.Absolute, out var address))
                    throw new CommandFailure(ExitCode.Usage, $"--url is no address: expected {HostSettings.DefaultUrls}.");
                using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };
                try
                {
                    using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
                    var body = await answer.Content.ReadAsStringAsync(cancellationToken);
                    await terminal.Out.WriteLineAsync(body);
                    return answer.IsSuccessStatusCode ? ExitCode.Ok : ExitCode.Failed;
                }
                catch (HttpRequestException exception)
                {
                    throw new CommandFailure(ExitCode.Unreachable, $"No host answers at {address}: {exception.Message}");
                }
            }
        );
        return command;
    }
}
