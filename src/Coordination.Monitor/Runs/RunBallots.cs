namespace Coordination.Monitor;

/// <summary>The ballots of a run.</summary>
internal static class RunBallots
{
    public static IEnumerable<Guid> Of(IEnumerable<RunEvent> history) =>
        history
            .Where(entry => entry.Event == "ballot-opened")
            .Select(entry => Guid.TryParse(entry.Detail.GetValueOrDefault("ballot"), out var ballot) ? ballot : (Guid?)null)
            .OfType<Guid>()
            .Distinct();
}
