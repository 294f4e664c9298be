namespace Coordination.Bench.Raw;

/// <summary>What a saga of five steps in a row does with a message.</summary>
internal static class SagaRule
{
    public const int Steps = 5;

    /// <summary>The step the saga is at after a message, or null when the message is not for this state.</summary>
    /// <param name="stored">The step it was at; null: there is no such saga yet.</param>
    /// <param name="answered">The step that was carried out; 0 is the start.</param>
    public static int? Next(int? stored, int answered) =>
        (stored ?? 0) == answered && (stored is null) == (answered == 0) ? answered + 1 : null;

    /// <summary>The next step's request, or the news that the saga is done.</summary>
    public static Outgoing Send(Guid saga, int step, string text) =>
        Outgoing.Make(step <= Steps ? Queues.Steps : Queues.Done, saga, step, text);
}
