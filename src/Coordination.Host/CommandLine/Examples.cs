using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Coordination.Host.CommandLine;

/// <summary>Lines shown under "Examples" in a command's help.</summary>
internal static class Examples
{
    private static readonly ConditionalWeakTable<Command, string[]> Known = [];

    public static Command WithExamples(this Command command, params string[] lines)
    {
        Known.AddOrUpdate(command, lines);
        return command;
    }

    /// <summary>Adds the section to the help of the root and all below it.</summary>
    public static void ShowInHelp(Command root, Terminal terminal)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            if (option.Action is not HelpAction help)
                continue;
            if (!terminal.IsInteractive)
                help.MaxWidth = int.MaxValue;
            option.Action = new HelpWithExamples(help);
        }
    }

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var exitCode = help.Invoke(parseResult);
            if (Known.TryGetValue(parseResult.CommandResult.Command, out var lines))
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (var line in lines)
                    output.WriteLine($"  {line}".TrimEnd());
            }
            return exitCode;
        }
    }
}
