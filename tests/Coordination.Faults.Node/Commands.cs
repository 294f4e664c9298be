using Coordination.Faults.Node.Feeding;
using Coordination.Workers;

namespace Coordination.Faults.Node;

/// <summary>What the suite says to a running process, a line at a time. When it says nothing more because it has ended, the process ends too.</summary>
internal static class Commands
{
    public static async Task ListenAsync(Lines lines, RunClient client)
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
                case "send":
                    Errands.ErrandAgent.Send();
                    break;
                case var run when run.StartsWith(Errands.ErrandRun.Word, StringComparison.Ordinal):
                    await Errands.ErrandRun.Parse(run).SubmitAsync(client);
                    break;
                case var answer when answer.StartsWith(Matrix.Answer.Word, StringComparison.Ordinal):
                    await Matrix.Answer.Parse(answer).GiveAsync(client);
                    break;
            }
        }

        Environment.Exit(3);
    }
}
