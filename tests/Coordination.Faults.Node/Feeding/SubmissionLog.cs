using Npgsql;

namespace Coordination.Faults.Node.Feeding;

/// <summary>The client's own record of what it was told about each submission: ok, failed, or unknown while there is no outcome.</summary>
internal sealed class SubmissionLog(NodeSettings settings) : IAsyncDisposable
{
    private readonly NpgsqlDataSource ledger = NpgsqlDataSource.Create(settings.Ledger);

    public Task StartAsync(long index, Work work) =>
        ExecuteAsync("INSERT INTO submission (idx, run_id, kind) VALUES ($1, $2, $3)", index, work.RunId, work.Kind);

    public Task DecideAsync(long index, string outcome) =>
        ExecuteAsync(
            "UPDATE submission SET outcome = $2, decided_at = clock_timestamp(), tries = tries + 1 WHERE idx = $1",
            index,
            outcome
        );

    public Task EndedAsync(Guid[] runs) =>
        ExecuteAsync("UPDATE submission SET ended_at = clock_timestamp() WHERE run_id = ANY($1) AND ended_at IS NULL", runs);

    /// <summary>The next number, and what a feeder before this one left open.</summary>
    public async Task<(long Next, IReadOnlyList<(long Index, Guid RunId, bool Decided)> Open)> ResumeAsync()
    {
        await using var command = ledger.CreateCommand(
            "SELECT idx, run_id, outcome IS NOT NULL FROM submission WHERE ended_at IS NULL AND outcome IS DISTINCT FROM 'failed' "
                + "AND idx >= $1 AND idx < $1 + 1000000 ORDER BY idx"
        );
        var first = settings.Feeder * 1_000_000L;
        command.Parameters.Add(new NpgsqlParameter { Value = first });
        var open = new List<(long, Guid, bool)>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                open.Add((reader.GetInt64(0), reader.GetGuid(1), reader.GetBoolean(2)));
            }
        }

        await using var last = ledger.CreateCommand(
            "SELECT COALESCE(max(idx) + 1, $1) FROM submission WHERE idx >= $1 AND idx < $1 + 1000000"
        );
        last.Parameters.Add(new NpgsqlParameter { Value = first });
        return ((long)(await last.ExecuteScalarAsync())!, open);
    }

    public ValueTask DisposeAsync() => ledger.DisposeAsync();

    private async Task ExecuteAsync(string text, params object[] values)
    {
        await using var command = ledger.CreateCommand(text);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }
}
