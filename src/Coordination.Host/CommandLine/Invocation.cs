using System.CommandLine;
using Coordination.Host.Settings;
using Coordination.Host.Startup;

namespace Coordination.Host.CommandLine;

/// <summary>One command being carried out: its options, settings and output.</summary>
internal sealed class Invocation
{
    private Invocation(ParseResult arguments, Terminal terminal)
    {
        Arguments = arguments;
        Terminal = terminal;
        Output = new Output(terminal, arguments.GetValue(GlobalOptions.Json));
    }

    public ParseResult Arguments { get; }

    public Terminal Terminal { get; }

    public Output Output { get; }

    public bool Verbose => Arguments.GetValue(GlobalOptions.Verbose);

    /// <summary>How long this command waits for a server; null: as long as it takes.</summary>
    public TimeSpan? Patience(TimeSpan? absent) =>
        Arguments.GetValue(GlobalOptions.ConnectTimeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : absent;

    /// <summary>The settings from file, environment and command line, checked.</summary>
    public HostSettings Settings(Needs needs, params (string Name, string? Value)[] more) =>
        SettingsReader.Read(
            SettingsReader.Configuration(
                Terminal,
                [
                    (SettingNames.Broker, Arguments.GetValue(GlobalOptions.Broker)),
                    (SettingNames.Database, Arguments.GetValue(GlobalOptions.Database)),
                    .. more,
                ]
            ),
            needs
        );

    /// <summary>Makes a command run its body with one <see cref="Invocation"/> and turns what it throws into message and exit code.</summary>
    public static void Attach(Command command, Terminal terminal, Func<Invocation, CancellationToken, Task<int>> body) =>
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                var invocation = new Invocation(arguments, terminal);
                try
                {
                    return await body(invocation, cancellationToken);
                }
                catch (Exception exception)
                {
                    if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
                    {
                        invocation.Output.Note("Interrupted.");
                        return ExitCode.Interrupted;
                    }
                    var failure = Failures.Explain(exception);
                    invocation.Output.Failure(failure);
                    if (invocation.Verbose)
                        invocation.Output.Note(exception.ToString());
                    return failure.Code;
                }
            }
        );
}
