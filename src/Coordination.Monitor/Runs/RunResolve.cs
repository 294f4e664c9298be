using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Finds where something from a log or a trace is shown.</summary>
internal sealed class RunResolve(Reads reads)
{
    /// <summary>How long after a message was made its entry may have been written: most at once, few later.</summary>
    private static readonly TimeSpan[] Windows = [TimeSpan.FromMinutes(10), TimeSpan.FromHours(6)];
    private static readonly TimeSpan ClockError = TimeSpan.FromMinutes(5);
    private readonly SqlDialect sql = reads.Dialect;

    /// <summary>Null: nothing is known by it.</summary>
    public async Task<Resolved?> FindAsync(Guid? message, Guid? correlation, string? trace, CancellationToken cancellationToken) =>
        message is { } id ? await MessageAsync(id, cancellationToken)
        : correlation is { } run ? await CorrelationAsync(run, cancellationToken)
        : trace is { Length: 32 } text && text.All(char.IsAsciiHexDigit) ? await TraceAsync(text.ToLowerInvariant(), cancellationToken)
        : throw Refusal.BadRequest(
            "There is nothing to look for",
            new BodyProblem("BAD_REQUEST", "", "Give message (a UUID), correlation (a UUID) or trace (32 hexadecimal digits).")
        );

    private async Task<Resolved?> MessageAsync(Guid message, CancellationToken cancellationToken)
    {
        if (
            await FirstAsync(
                "coord_v1_dead_letters",
                "id",
                "message_id",
                message,
                row => $"/dead-letters/m/{row.GetInt64(0)}",
                cancellationToken
            ) is
            { } letter
        )
            return letter;
        // Ids of messages begin with the time they were made: that is where to look in the history, which has no index by message.
        if (message.Version != 7)
            return null;
        var made = DateTimeOffset.FromUnixTimeMilliseconds(
            long.Parse(message.ToString("N").AsSpan(0, 12), System.Globalization.NumberStyles.HexNumber, null)
        );
        foreach (var window in Windows)
        {
            var found = await reads.QueryAsync(
                new Statement(
                    $"SELECT run_id, seq FROM {sql.Table("run_history")} WHERE at BETWEEN @from AND @to AND (message_id = @message OR causation_id = @message) LIMIT 1",
                    ("from", made - ClockError, ColumnKind.Time),
                    ("to", made + window, ColumnKind.Time),
                    ("message", message, ColumnKind.Uuid)
                ),
                row => new Resolved($"/runs/{sql.ReadGuid(row, 0)}?event={row.GetInt32(1)}"),
                cancellationToken
            );
            if (found is [var first])
                return first;
        }
        return null;
    }

    private async Task<Resolved?> CorrelationAsync(Guid id, CancellationToken cancellationToken) =>
        await FirstAsync("coord_v1_runs", "run_id", "run_id", id, row => $"/runs/{sql.ReadGuid(row, 0)}", cancellationToken)
        ?? await FirstAsync(
            "coord_v1_ballots",
            "ballot_id",
            "ballot_id",
            id,
            row => $"/consensus/{sql.ReadGuid(row, 0)}",
            cancellationToken
        );

    private async Task<Resolved?> TraceAsync(string trace, CancellationToken cancellationToken)
    {
        var filter = new RunFilterSql(sql, reads.IsPostgres, DateTimeOffset.UnixEpoch);
        var where = filter.Where([new RunCondition.Terms([RunWords.Term("trace", trace)], false)]);
        var found = await reads.QueryAsync(
            new Statement($"SELECT run_id FROM {sql.Table("monitor_run")} WHERE {where} LIMIT 1", [.. filter.Parameters]),
            row => new Resolved($"/runs/{sql.ReadGuid(row, 0)}"),
            cancellationToken
        );
        return found is [var first] ? first : null;
    }

    private async Task<Resolved?> FirstAsync(
        string view,
        string column,
        string key,
        Guid id,
        Func<System.Data.Common.DbDataReader, string> href,
        CancellationToken cancellationToken
    )
    {
        var found = await reads.QueryAsync(
            new Statement($"SELECT {column} FROM {sql.Table(view)} WHERE {key} = @id LIMIT 1", ("id", id, ColumnKind.Uuid)),
            row => new Resolved(href(row)),
            cancellationToken
        );
        return found is [var first] ? first : null;
    }
}
