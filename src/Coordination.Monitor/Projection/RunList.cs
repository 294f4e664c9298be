using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>
/// Keeps the list of runs, as long as its link holds. 1. What has changed since the position is looked up in the order of commits. 2. Each of those runs is projected
/// once, however much happened to it, from what is true of it now. 3. Rows, counts by status and position go into one transaction. A run projected twice is the same row.
/// </summary>
internal sealed class RunList(IProjectionLink link)
{
    /// <summary>Runs in one transaction.</summary>
    public const int Batch = 500;

    /// <summary>A database that crashed may have lost the last versions it gave: they are not given again.</summary>
    private const long VersionGap = 10_000;

    private readonly ProjectionReads reads = new(link, link is PostgresLink);
    private readonly ProjectionWrites writes = new(link.Dialect, link is PostgresLink);
    private Dictionary<Guid, long> seen = [];
    private ProjectionState state = new(0, 0, Filled: false, null, null);
    private Guid swept;

    public ProjectionState State => state;

    /// <summary>True: it begins anew, all runs have to be projected.</summary>
    public async Task<bool> OpenAsync(CancellationToken cancellationToken)
    {
        var stored = await reads.StateAsync(cancellationToken);
        var (settled, newest) = await reads.EndAsync(cancellationToken);
        // A position ahead of the database: it was restored into another server, whose transactions have other numbers.
        if (stored is not null && stored.Position <= newest)
        {
            state = stored with { Version = stored.Version + VersionGap };
            return false;
        }
        state = new ProjectionState(settled, (stored?.Version ?? 0) + VersionGap, Filled: false, null, null);
        await link.WriteAsync([writes.Begin(state.Position, state.Version)], cancellationToken);
        return true;
    }

    /// <summary>Projects what has changed; returns how many runs.</summary>
    public async Task<int> FollowAsync(CancellationToken cancellationToken)
    {
        var (changed, next) = await reads.ChangedAsync(state.Position, cancellationToken);
        var fresh = changed.Where(run => !seen.TryGetValue(run.RunId, out var seq) || seq < run.Seq).Select(run => run.RunId).ToArray();
        if (fresh.Length == 0 && next == state.Position)
            return 0;
        var after = state with { Position = next };
        if (fresh.Length == 0)
        {
            // Nothing of ours happened in these transactions: the position may wait for something to be written with.
            state = after;
        }
        var chunks = fresh.Chunk(Batch).ToList();
        for (var i = 0; i < chunks.Count; i++)
            await ProjectAsync(chunks[i], NoReasons, i == chunks.Count - 1 ? after : state, cancellationToken);
        seen = changed.ToDictionary(run => run.RunId, run => run.Seq);
        return fresh.Length;
    }

    /// <summary>Projects some of the runs that were there before; false: there are none left.</summary>
    public async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (state.Filled)
            return false;
        var runs = await reads.BeforeAsync(state.FillAt, state.FillId, Batch, cancellationToken);
        if (runs.Count == 0)
        {
            state = state with { Filled = true };
            await link.WriteAsync([writes.Move(state)], cancellationToken);
            return false;
        }
        var after = state with { FillAt = runs[^1].AcceptedAt, FillId = runs[^1].RunId };
        await ProjectAsync([.. runs.Select(run => run.RunId)], NoReasons, after, cancellationToken);
        return true;
    }

    /// <summary>Says of runs why they do not move, or (null) that they do.</summary>
    public async Task MarkAsync(IReadOnlyDictionary<Guid, string?> reasons, CancellationToken cancellationToken)
    {
        foreach (var chunk in reasons.Keys.Chunk(Batch))
            await ProjectAsync(chunk, reasons, state, cancellationToken);
    }

    /// <summary>Runs whose ballot was handed to people wait for them.</summary>
    public async Task HandOverAsync(CancellationToken cancellationToken)
    {
        if (await reads.HandedOverAsync(Batch, cancellationToken) is { Count: > 0 } runs)
            await ProjectAsync([.. runs], NoReasons, state, cancellationToken);
    }

    /// <summary>Takes out what retention has removed: the oldest as long as there are any, and a piece of everything else.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var oldest = await RemoveMissingAsync(await reads.OldestEndedAsync(Batch, cancellationToken), cancellationToken);
        var some = await reads.AfterAsync(swept, Batch * 2, cancellationToken);
        swept = some.Count == 0 ? Guid.Empty : some[^1];
        return oldest + await RemoveMissingAsync(some, cancellationToken);
    }

    private async Task<int> RemoveMissingAsync(IReadOnlyList<Guid> listed, CancellationToken cancellationToken)
    {
        if (listed.Count == 0)
            return 0;
        var existing = await reads.ExistingAsync([.. listed], cancellationToken);
        Guid[] gone = [.. listed.Where(run => !existing.Contains(run))];
        if (gone.Length == 0)
            return 0;
        var before = await reads.ListedAsync(gone, cancellationToken);
        var counts = before
            .Values.GroupBy(row => row.Status, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => -(long)g.Count(), StringComparer.Ordinal);
        await link.WriteAsync([writes.Remove(gone), .. writes.Count(counts)], cancellationToken);
        return gone.Length;
    }

    private async Task ProjectAsync(
        Guid[] runs,
        IReadOnlyDictionary<Guid, string?> reasons,
        ProjectionState after,
        CancellationToken cancellationToken
    )
    {
        var listed = await reads.ListedAsync(runs, cancellationToken);
        var sources = await reads.SourcesAsync(runs, cancellationToken);
        var sums = await reads.SumsAsync(runs, cancellationToken);
        var asking = await reads.AskingPeopleAsync(runs, cancellationToken);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        void Add(string status, int by) => counts[status] = counts.GetValueOrDefault(status) + by;
        var version = state.Version;
        var statements = new List<Statement>(sources.Count + 10);
        foreach (var run in sources)
        {
            var row = RunProjection.Of(
                run,
                sums.GetValueOrDefault(run.RunId, RunSums.None),
                reasons.GetValueOrDefault(run.RunId),
                ++version,
                asking.Contains(run.RunId)
            );
            statements.Add(writes.Put(row, run));
            Add(row.Status, 1);
            if (listed.TryGetValue(run.RunId, out var old))
                Add(old.Status, -1);
        }
        after = after with { Version = version };
        statements.AddRange(writes.Count(counts));
        statements.Add(writes.Move(after));
        await link.WriteAsync(statements, cancellationToken);
        state = after;
    }

    private static readonly Dictionary<Guid, string?> NoReasons = [];
}
