namespace Coordination.Workers;

/// <summary>The journal of a test: keeps what an agent wrote, and lets a second attempt find it.</summary>
internal sealed class MemoryJournal(TimeProvider time) : IEffectJournal
{
    private readonly Lock gate = new();
    private readonly List<JournalRecord> records = [];
    private readonly Dictionary<Guid, string> uses = [];

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
            if (change is { Redeems: true, Intent: { Decision: { } decision } intent })
            {
                uses[decision.BallotId] = intent.Key;
            }

            return Task.FromResult(AppendResult.Stored);
        }
    }

    /// <summary>A test has no ballots: every decision is taken for made, and allows one effect.</summary>
    public Task<Admission> AdmitAsync(EffectIntent intent, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var (decision, use) = (intent.Decision!, uses.GetValueOrDefault(intent.Decision!.BallotId));
            return Task.FromResult(
                DecisionRules.Judge(
                    intent,
                    "",
                    Guid.Empty,
                    "",
                    new BallotDecision("", "", decision.Option, intent.ArgsHash, "T3", intent.Tool.Policy ?? "", null, null),
                    use is null ? null : new DecisionUse(use, Guid.Empty, "", Now)
                )
            );
        }
    }

    public void ThrowIfLost() { }

    public Task<(Guid RunId, string StepId, DateTimeOffset Until)?> HolderAsync(string guard, CancellationToken cancellationToken) =>
        Task.FromResult<(Guid, string, DateTimeOffset)?>(null);
}
