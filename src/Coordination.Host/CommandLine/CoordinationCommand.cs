using System.CommandLine;
using System.CommandLine.Invocation;
using Coordination.Host.Agents;
using Coordination.Host.Ballots;
using Coordination.Host.DeadLetters;
using Coordination.Host.Effects;
using Coordination.Host.Migrations;
using Coordination.Host.Runs;
using Coordination.Host.Serving;
using Coordination.Host.Timers;

namespace Coordination.Host.CommandLine;

/// <summary>The program <c>coordination</c>: all its commands, in the order the help shows them.</summary>
internal static class CoordinationCommand
{
    // A host lets running messages end; whoever stops it (systemd, Docker) has a longer patience of its own.
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(60);

    public static RootCommand Build(Terminal terminal)
    {
        var root = new RootCommand("Coordinates fleets of agents: hosts runs, and shows and steers them.") { HelpName = "coordination" };
        foreach (var option in GlobalOptions.All)
            root.Add(option);
        root.Add(HostCommand.Build(terminal));
        root.Add(MonitorCommand.Build(terminal));
        root.Add(MigrateCommand.Build(terminal));
        root.Add(SubmitCommand.Build(terminal));
        root.Add(RunsCommand.Build(terminal));
        root.Add(EffectsCommand.Build(terminal));
        root.Add(JournalCommand.Build(terminal));
        root.Add(BallotsCommand.Build(terminal));
        root.Add(TimersCommand.Build(terminal));
        root.Add(DeadLettersCommand.Build(terminal));
        root.Add(AgentsCommand.Build(terminal));
        root.Add(OperationsCommand.Build(terminal));
        root.Add(AuditCommand.Build(terminal));
        root.Add(PipelineCommand.Build(terminal));
        root.Add(HealthCommand.Build(terminal));
        root.WithExamples(
            "coordination migrate --database \"Host=localhost;Database=coordination;Username=owner\"",
            "coordination host --broker amqp://app@localhost/ --database \"Host=localhost;Database=coordination;Username=app\"",
            "coordination submit plan.json --wait",
            "coordination runs list --status running --json",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage or setting, 3 migrations missing, 4 not found,",
            "5 broker or database not reachable, 6 credentials refused, 130 interrupted."
        );
        Examples.ShowInHelp(root, terminal);
        return root;
    }

    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken)
    {
        var arguments = Build(terminal).Parse(args);
        // What is wrong fits in a line; the whole help would hide it. Only who names no command needs the list of them.
        if (arguments.Action is ParseErrorAction errors)
            errors.ShowHelp = arguments.CommandResult.Command.Subcommands.Count > 0 && arguments.UnmatchedTokens.Count == 0;
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = StopTime,
        };
        var exitCode = await arguments.InvokeAsync(configuration, cancellationToken);
        return arguments.Errors.Count > 0 && exitCode == ExitCode.Failed ? ExitCode.Usage : exitCode;
    }
}
