using Coordination.Faults.Node.Feeding;

namespace Coordination.Faults.Node;

/// <summary>What the suite says to a running process, a line at a time. When it says nothing more because it has ended, the process ends too.</summary>
internal static class Commands
{
    public static async Task ListenAsync(Lines lines)
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line)
            {
                case "cut broker":
                    lines.CutBroker();
                    break;
                case "cut database":
                    lines.CutDatabase();
                    break;
                case "lose answers":
                    await lines.LoseAnswersAsync();
                    break;
                case "stop feeding":
                    Feed.Stop();
                    break;
            }
        }

        Environment.Exit(3);
    }
}
