using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>The tables of operations: statements and reads, no decision.</summary>
internal sealed class OperationStore(IUnitOfWorkFactory units, Reads reads)
{
    public const string Taken = "The operation's id is taken.";
    public const string NotRunning = "The operation does not run any more.";
    private const int RowsAtOnce = 500;
    private const string Columns =
        "id, kind, status, actor, via, reason, request, request_hash, total, done, failed, skipped, created_at, ended_at";

    private static readonly JsonElement Ellipsis = JsonSerializer.SerializeToElement("...");
    private readonly SqlDialect sql = units.Dialect;
    private readonly string operations = units.Dialect.Table("monitor_operation");
    private readonly string items = units.Dialect.Table("monitor_operation_item");

    public async Task<StoredOperation?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await reads.QueryAsync(
            new Statement($"SELECT {Columns} FROM {operations} WHERE id = @id", ("id", id, ColumnKind.Uuid)),
            Read,
            cancellationToken
        )
            is [var found, ..]
            ? found
            : null;

    public Task<IReadOnlyList<StoredOperation>> ListAsync(
        (DateTimeOffset At, Guid Id)? before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        reads.QueryAsync(
            new Statement(
                $"""
                SELECT {Columns} FROM {operations} {(before is null ? "" : "WHERE (created_at, id) < (@at, @id)")}
                ORDER BY created_at DESC, id DESC LIMIT @limit
                """,
                ("at", before?.At, ColumnKind.Time),
                ("id", before?.Id, ColumnKind.Uuid),
                ("limit", limit, ColumnKind.Int32)
            ),
            Read,
            cancellationToken
        );

    /// <summary>Failures first.</summary>
    public Task<IReadOnlyList<StoredItem>> ItemsAsync(Guid id, int limit, CancellationToken cancellationToken) =>
        reads.QueryAsync(
            new Statement(
                $"""
                SELECT position, target, status, detail FROM {items} WHERE operation_id = @id
                ORDER BY CASE status WHEN 'failed' THEN 0 WHEN 'skipped' THEN 1 WHEN 'done' THEN 2 ELSE 3 END, position LIMIT @limit
                """,
                ("id", id, ColumnKind.Uuid),
                ("limit", limit, ColumnKind.Int32)
            ),
            ReadItem,
            cancellationToken
        );

    public Task<IReadOnlyList<StoredItem>> WaitingAsync(Guid id, int limit, CancellationToken cancellationToken) =>
        reads.QueryAsync(
            new Statement(
                $"SELECT position, target, status, detail FROM {items} WHERE operation_id = @id AND status = 'waiting' ORDER BY position LIMIT @limit",
                ("id", id, ColumnKind.Uuid),
                ("limit", limit, ColumnKind.Int32)
            ),
            ReadItem,
            cancellationToken
        );

    public Statement Insert(Guid id, OperationRequest request, string hash, Viewer viewer, string status, int total, string? owner) =>
        new(
            $"""
            INSERT INTO {operations} (id, kind, status, actor, via, reason, request, request_hash, total, done, failed, skipped, created_at, ended_at, owner, lease_until)
            VALUES (@id, @kind, @status, @actor, @via, @reason, @request, @hash, @total, @done, @failed, 0, {sql.Now},
                {(status == "running" ? "NULL" : sql.Now)}, @owner, {(owner is null ? "NULL" : sql.NowPlus("@lease"))})
            ON CONFLICT (id) DO NOTHING
            """,
            ("id", id, ColumnKind.Uuid),
            ("kind", request.Kind, ColumnKind.Text),
            ("status", status, ColumnKind.Text),
            ("actor", viewer.Name, ColumnKind.Text),
            ("via", viewer.Via, ColumnKind.Text),
            ("reason", request.Reason, ColumnKind.Text),
            ("request", JsonSerializer.Serialize(WithoutBodies(request), MonitorJson.Options), ColumnKind.Text),
            ("hash", hash, ColumnKind.Text),
            ("total", total, ColumnKind.Int32),
            ("done", status == "done" ? 1 : 0, ColumnKind.Int32),
            ("failed", status == "failed" ? 1 : 0, ColumnKind.Int32),
            ("owner", owner, ColumnKind.Text),
            ("lease", (long)OperationRunner.Lease.TotalMilliseconds, ColumnKind.Int64)
        )
        {
            MustAffect = Taken,
        };

    public IEnumerable<Statement> InsertItems(Guid id, IReadOnlyList<OperationTarget> targets, string status, string? detail)
    {
        for (var start = 0; start < targets.Count; start += RowsAtOnce)
        {
            var text = new StringBuilder($"INSERT INTO {items} (operation_id, position, target, status, detail, at) VALUES ");
            var parameters = new List<StatementParameter>
            {
                ("id", id, ColumnKind.Uuid),
                ("status", status, ColumnKind.Text),
                ("detail", detail, ColumnKind.Text),
            };
            for (var i = start; i < Math.Min(targets.Count, start + RowsAtOnce); i++)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{(i == start ? "" : ", ")}(@id, @p{i - start}, @t{i - start}, @status, @detail, {(status == "waiting" ? "NULL" : sql.Now)})"
                );
                parameters.Add(($"p{i - start}", i, ColumnKind.Int32));
                parameters.Add(($"t{i - start}", JsonSerializer.Serialize(targets[i], MonitorJson.Options), ColumnKind.Text));
            }
            yield return new Statement(text.ToString(), [.. parameters]);
        }
    }

    /// <summary>What became of one target: once, and only while the operation runs and is this process'.</summary>
    public IEnumerable<Statement> Settle(Guid id, int position, string status, string? detail, string owner)
    {
        yield return new Statement(
            $"UPDATE {items} SET status = @status, detail = @detail, at = {sql.Now} WHERE operation_id = @id AND position = @position AND status = 'waiting'",
            ("id", id, ColumnKind.Uuid),
            ("position", position, ColumnKind.Int32),
            ("status", status, ColumnKind.Text),
            ("detail", detail, ColumnKind.Text)
        )
        {
            MustAffect = NotRunning,
        };
        yield return new Statement(
            $"UPDATE {operations} SET {status} = {status} + 1 WHERE id = @id AND status = 'running' AND owner = @owner",
            ("id", id, ColumnKind.Uuid),
            ("owner", owner, ColumnKind.Text)
        )
        {
            MustAffect = NotRunning,
        };
    }

    /// <summary>Ends an operation that has no target left.</summary>
    public Task<int> FinishAsync(Guid id, CancellationToken cancellationToken) =>
        units.ExecuteAsync(
            new Statement(
                $"""
                UPDATE {operations} SET status = CASE WHEN done = 0 THEN 'failed' ELSE 'done' END, ended_at = {sql.Now}, owner = NULL, lease_until = NULL
                WHERE id = @id AND status = 'running'
                    AND NOT EXISTS (SELECT 1 FROM {items} WHERE operation_id = @id AND status = 'waiting')
                """,
                ("id", id, ColumnKind.Uuid)
            ),
            cancellationToken
        );

    /// <summary>Takes or keeps an operation for a process; false when another one has it, or it does not run.</summary>
    public async Task<bool> HoldAsync(Guid id, string owner, CancellationToken cancellationToken) =>
        await units.ExecuteAsync(
            new Statement(
                $"""
                UPDATE {operations} SET owner = @owner, lease_until = {sql.NowPlus("@lease")}
                WHERE id = @id AND status = 'running' AND (owner IS NULL OR owner = @owner OR lease_until < {sql.Now})
                """,
                ("id", id, ColumnKind.Uuid),
                ("owner", owner, ColumnKind.Text),
                ("lease", (long)OperationRunner.Lease.TotalMilliseconds, ColumnKind.Int64)
            ),
            cancellationToken
        ) > 0;

    /// <summary>Gives an operation back that goes on elsewhere.</summary>
    public Task<int> LeaveAsync(Guid id, string owner, CancellationToken cancellationToken) =>
        units.ExecuteAsync(
            new Statement(
                $"UPDATE {operations} SET owner = NULL, lease_until = NULL WHERE id = @id AND owner = @owner",
                ("id", id, ColumnKind.Uuid),
                ("owner", owner, ColumnKind.Text)
            ),
            cancellationToken
        );

    /// <summary>Time since the last of its targets was done; null when none was.</summary>
    public async Task<TimeSpan?> SinceLastAsync(Guid id, CancellationToken cancellationToken)
    {
        var rows = await reads.QueryAsync(
            new Statement($"SELECT max(at), {sql.Now} FROM {items} WHERE operation_id = @id", ("id", id, ColumnKind.Uuid)),
            row => (Last: sql.Time(row, 0), Now: sql.ReadTime(row, 1)),
            cancellationToken
        );
        return rows[0] is { Last: { } last, Now: var now } ? now - last : null;
    }

    /// <summary>Running operations that no process has.</summary>
    public Task<IReadOnlyList<StoredOperation>> OrphansAsync(CancellationToken cancellationToken) =>
        reads.QueryAsync(
            new Statement(
                $"""
                SELECT {Columns} FROM {operations} WHERE ended_at IS NULL AND status = 'running' AND (owner IS NULL OR lease_until < {sql.Now})
                ORDER BY created_at LIMIT 10
                """
            ),
            Read,
            cancellationToken
        );

    /// <summary>Changes an operation's status, when it has one of those it may come from.</summary>
    public Statement Turn(Guid id, string status, params string[] from) =>
        new(
            $"""
            UPDATE {operations} SET status = @status, owner = NULL, lease_until = NULL,
                ended_at = {(status == "cancelled" ? sql.Now : "NULL")} WHERE id = @id AND {sql.AnyOf("status", "@from")}
            """,
            ("id", id, ColumnKind.Uuid),
            ("status", status, ColumnKind.Text),
            ("from", from, ColumnKind.Text)
        )
        {
            MustAffect = $"The operation is none of {string.Join(", ", from)}.",
        };

    // Bodies and answers are kept where they belong, not here; that there was one the command still shows.
    private static OperationRequest WithoutBodies(OperationRequest request) =>
        request with
        {
            Targets = request.Targets is { Count: 1 } ? request.Targets : null,
            Parameters = request.Parameters with
            {
                Body = null,
                Answer = Left(request.Parameters.Answer),
                Result = Left(request.Parameters.Result),
            },
        };

    private static JsonElement Left(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? value : Ellipsis;

    private StoredOperation Read(DbDataReader row) =>
        new(
            sql.ReadGuid(row, 0),
            row.GetString(1),
            row.GetString(2),
            row.GetString(3),
            row.GetString(4),
            row.Text(5),
            JsonSerializer.Deserialize<OperationRequest>(row.GetString(6), MonitorJson.Options)!,
            row.GetString(7),
            row.GetInt32(8),
            row.GetInt32(9),
            row.GetInt32(10),
            row.GetInt32(11),
            sql.ReadTime(row, 12),
            sql.Time(row, 13)
        );

    private static StoredItem ReadItem(DbDataReader row) =>
        new(
            row.GetInt32(0),
            JsonSerializer.Deserialize<OperationTarget>(row.GetString(1), MonitorJson.Options)!,
            row.GetString(2),
            row.Text(3)
        );
}
