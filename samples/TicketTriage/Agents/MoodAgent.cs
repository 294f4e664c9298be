using Coordination.Workers;

namespace TicketTriage.Agents;

/// <summary>How the customer feels; sets the tone of the reply and who gives bad news.</summary>
public sealed record MoodFinding(Mood Mood);

public enum Mood
{
    Calm,
    Upset,
    Angry,
}

/// <summary>Reads the customer's mood.</summary>
public sealed class MoodAgent(TicketReader model) : IAgent<TicketText, MoodFinding>
{
    private const string Task = "In which mood did the customer write this support ticket?";

    private static readonly Keywords<Mood> Rules =
    [
        (Mood.Angry, ["furious", "unacceptable", "disgrace", "scam", "lawyer", "worst", "outrageous", "never again", "!!!"]),
        (Mood.Upset, ["disappointed", "frustrated", "annoyed", "upset", "still waiting", "third time", "unhappy", "terrible"]),
    ];

    public async Task<MoodFinding> ExecuteAsync(TicketText text, AgentContext context, CancellationToken cancellationToken) =>
        await model.AskAsync<MoodFinding>(context, Task, text) ?? new MoodFinding(Rules.FirstIn(text) ?? Mood.Calm);
}
