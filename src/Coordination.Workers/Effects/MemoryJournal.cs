namespace Coordination.Workers;

/// <summary>The journal of a test: keeps what an agent wrote, and lets a second attempt find it.</summary>
internal sealed class MemoryJournal(TimeProvider time) : IEffectJournal
{
    private readonly Lock gate = new();
    private readonly List<JournalRecord> records = [];

    public DateTimeOffset Now
    {
        get
        {
            var now = time.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        }
    }

    public Task<IReadOnlyList<JournalRecord>> LoadAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<JournalRecord>>([.. records]);
        }
    }

    public Task<AppendResult> AppendAsync(IReadOnlyList<JournalRecord> added, EffectChange? change)
    {
        lock (gate)
        {
            records.AddRange(added);
            return Task.FromResult(AppendResult.Stored);
        }
    }

    public void ThrowIfLost() { }

    public Task<(Guid RunId, string StepId, DateTimeOffset Until)?> HolderAsync(string guard, CancellationToken cancellationToken) =>
        Task.FromResult<(Guid, string, DateTimeOffset)?>(null);
}
