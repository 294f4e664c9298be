using Coordination.Persistence;
using Coordination.Sagas.Consensus;

namespace Coordination.Monitor;

/// <summary>Reads the ballots of a run, as they are or were.</summary>
internal sealed class RunBallotReads(Reads reads, BallotReads ballots)
{
    private const int MostBallots = 100;
    private readonly SqlDialect sql = reads.Dialect;

    public async Task<IReadOnlyList<BallotSummary>> BallotsAsync(RunFile file, CancellationToken cancellationToken)
    {
        // Ballots have no index by run: the history knows which there were.
        var found = new List<BallotSummary>();
        foreach (var id in RunBallots.Of(file.History).Take(MostBallots))
        {
            if (await ballots.FindAsync(id, cancellationToken) is { } ballot)
                found.Add(ballot);
            else if (await ballots.RefusalAsync(id, cancellationToken) is { } refused)
                found.Add(refused.Ballot);
        }
        if (file.Moment is null || found.Count == 0)
            return found;
        var then = (await RecordsAsync(file, cancellationToken))
            .Where(record => file.Knows(record.Record.At))
            .ToLookup(record => record.BallotId, record => record.Record);
        return [.. found.Select(ballot => BallotThen.Of(ballot, [.. then[ballot.BallotId]]))];
    }

    /// <summary>Lines of the ballots' records: empty while they are sealed. Those after the moment of the file are in it.</summary>
    public Task<IReadOnlyList<(Guid BallotId, BallotRecord Record)>> RecordsAsync(RunFile file, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. RunBallots.Of(file.History)];
        return ids.Length == 0
            ? Task.FromResult<IReadOnlyList<(Guid, BallotRecord)>>([])
            : reads.QueryAsync(
                new Statement(
                    $"SELECT ballot_id, line FROM {sql.Table("coord_v1_ballot_record")} WHERE {sql.AnyOf("ballot_id", "@ballots")} "
                        + "AND kind IN ('vote', 'answer', 'debate', 'people', 'cancelled', 'decided') ORDER BY ballot_id, seq LIMIT 2000",
                    ("ballots", ids, ColumnKind.Uuid)
                ),
                row => (sql.ReadGuid(row, 0), BallotRecord.Parse(row.GetString(1))),
                cancellationToken
            );
    }
}
