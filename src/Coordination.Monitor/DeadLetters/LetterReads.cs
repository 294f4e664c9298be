using System.Data.Common;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Which letters; what is null does not matter.</summary>
internal sealed record LetterQuery(string? Group, Guid? Run, string? Reason, string? Type, bool Settled, string? Words);

/// <summary>Reads letters, the newest first, and one with all that became of it.</summary>
internal sealed class LetterReads(Reads reads, GroupReads groups)
{
    private const string Columns =
        "id, direction, endpoint, reason, detail, error, parked_at, attempts, message_type, message_id, run_id, state, replaces, replaced_by, settled_at, settled_by, "
        + "settled_because";

    /// <summary>Versions and retries of one message that are followed in each direction.</summary>
    private const int LongestHistory = 50;

    private readonly SqlDialect sql = reads.Dialect;

    public async Task<LetterPage> PageAsync(LetterQuery query, string? after, int size, CancellationToken cancellationToken)
    {
        string? alike = null;
        if (query.Group is { Length: > 0 } group && (alike = await groups.AlikeAsync(group, cancellationToken)) is null)
            return new LetterPage([], null);
        var (_, _, id) = Cursor.Place(after);
        var words = Search.Pattern(query.Words);
        // With a state that an index holds, the group is in that index; of all letters ever parked it is not.
        string[] group1 = alike is null ? [] : ["alike = @alike"];
        var listing = new Listing<LetterRow>
        {
            Source = sql.Table("coord_v1_dead_letters"),
            Columns = Columns,
            Order = "id DESC",
            Where =
            [
                .. query.Settled ? (string[])[] : ["state = 'open'", .. group1],
                .. query.Run is null ? (string[])[] : ["run_id = @run"],
                .. id == "" ? (string[])[] : ["id < @id"],
            ],
            Filters =
            [
                .. query.Settled ? group1 : [],
                .. string.IsNullOrEmpty(query.Reason) ? (string[])[] : ["reason = @reason"],
                .. string.IsNullOrEmpty(query.Type) ? (string[])[] : ["message_type = @type"],
                .. words is null
                    ? (string[])[]
                    : [Search.In("@words", "detail", "endpoint", "message_type", "coalesce(error, '')", "reason")],
            ],
            Parameters =
            [
                ("alike", alike, ColumnKind.Text),
                ("run", query.Run, ColumnKind.Uuid),
                ("id", long.TryParse(id, out var last) ? last : 0, ColumnKind.Int64),
                ("reason", query.Reason, ColumnKind.Text),
                ("type", query.Type, ColumnKind.Text),
                ("words", words, ColumnKind.Text),
            ],
            Read = Read,
            CursorOf = letter => Cursor.Write(0, "", $"{letter.Id}"),
        };
        var (rows, next) = await listing.PageAsync(reads, size, cancellationToken);
        return new LetterPage(rows, next);
    }

    /// <summary>A letter with its failed attempts as JSON and its size.</summary>
    public async Task<(LetterRow Row, string? Failures, int Bytes)?> FindAsync(long id, CancellationToken cancellationToken)
    {
        var rows = await reads.QueryAsync(
            new Statement(
                $"SELECT {Columns}, failures, bytes FROM {sql.Table("coord_v1_dead_letters")} WHERE id = @id",
                new StatementParameter("id", id, ColumnKind.Int64)
            ),
            row => (Read(row), row.Text(17), row.GetInt32(18)),
            cancellationToken
        );
        return rows is [var one] ? one : null;
    }

    /// <summary>Its headers and addresses as JSON; with its body where that may be seen.</summary>
    public async Task<(string? Meta, byte[]? Body)> ContentAsync(long id, bool withBody, CancellationToken cancellationToken)
    {
        var rows = await reads.QueryAsync(
            new Statement(
                $"SELECT meta{(withBody ? ", body" : "")} FROM {sql.Table("coord_v1_dead_letter_bodies")} WHERE id = @id",
                new StatementParameter("id", id, ColumnKind.Int64)
            ),
            row => (row.Text(0), withBody ? row.GetFieldValue<byte[]>(1) : null),
            cancellationToken
        );
        return rows is [var one] ? one : (null, null);
    }

    /// <summary>It and all it replaces or that replaced it, the oldest first.</summary>
    public Task<IReadOnlyList<LetterRow>> HistoryAsync(long id, CancellationToken cancellationToken)
    {
        var letters = sql.Table("coord_v1_dead_letters");
        return reads.QueryAsync(
            new Statement(
                $"""
                WITH RECURSIVE earlier(id, other, far) AS (
                    SELECT id, replaces, 0 FROM {letters} WHERE id = @id
                    UNION ALL SELECT l.id, l.replaces, e.far + 1 FROM earlier e JOIN {letters} l ON l.id = e.other WHERE e.far < {LongestHistory}),
                later(id, other, far) AS (
                    SELECT id, replaced_by, 0 FROM {letters} WHERE id = @id
                    UNION ALL SELECT l.id, l.replaced_by, e.far + 1 FROM later e JOIN {letters} l ON l.id = e.other WHERE e.far < {LongestHistory})
                SELECT {Columns} FROM {letters} WHERE id IN (SELECT id FROM earlier UNION SELECT id FROM later) ORDER BY id
                """,
                new StatementParameter("id", id, ColumnKind.Int64)
            ),
            Read,
            cancellationToken
        );
    }

    private LetterRow Read(DbDataReader row)
    {
        var kind = new LetterKind(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(8), row.Text(5));
        return new LetterRow(
            row.GetInt64(0),
            kind.Direction,
            kind.Endpoint,
            kind.Reason,
            row.GetString(4),
            kind.Error,
            sql.ReadTime(row, 6),
            row.GetInt32(7),
            kind.MessageType,
            sql.ReadGuid(row, 9),
            sql.Id(row, 10),
            row.GetString(11),
            kind.Fingerprint,
            row.Long(12),
            row.Long(13),
            sql.Time(row, 14),
            row.Text(15),
            row.Text(16)
        );
    }
}
