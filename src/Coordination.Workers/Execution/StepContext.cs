namespace Coordination.Workers;

/// <summary>The context of a real attempt.</summary>
internal sealed class StepContext(Func<int?, string?, CancellationToken, Task>? progress, TimeProvider time) : AgentContext
{
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private long? reportedAt;

    public override Task ReportProgressAsync(int? percent, string? note, CancellationToken cancellationToken = default)
    {
        if (percent is < 0 or > 100)
        {
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "Progress is 0 to 100, or null when unknown.");
        }

        lock (gate)
        {
            if (progress is null || (reportedAt is { } last && time.GetElapsedTime(last) < BetweenReports))
            {
                return Task.CompletedTask;
            }

            reportedAt = time.GetTimestamp();
        }

        return progress(percent, note is null ? null : Text.Bounded(note, 500), cancellationToken);
    }
}
