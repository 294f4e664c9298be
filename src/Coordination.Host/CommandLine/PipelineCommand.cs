using System.CommandLine;
using Coordination.Persistence;

namespace Coordination.Host.CommandLine;

/// <summary><c>pipeline</c>: what happens to every message that arrives, in order.</summary>
internal static class PipelineCommand
{
    public static Command Build(Terminal terminal)
    {
        var command = new Command("pipeline", "Print the steps every arriving message goes through. Needs no server.").WithExamples(
            "coordination pipeline",
            "coordination pipeline --json"
        );
        Invocation.Attach(
            command,
            terminal,
            (invocation, _) =>
            {
                invocation.Output.Show(
                    EndpointPipeline.Steps,
                    steps =>
                    {
                        var width = steps.Max(step => step.Name.Length);
                        for (var i = 0; i < steps.Count; i++)
                            invocation.Output.Line($"{i + 1, 2}  {steps[i].Name.PadRight(width)}  {steps[i].What}");
                    }
                );
                return Task.FromResult(ExitCode.Ok);
            }
        );
        return command;
    }
}
