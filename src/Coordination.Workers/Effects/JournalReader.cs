using System.Data.Common;
using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>Reads the table <c>effect_journal</c>.</summary>
internal sealed class JournalReader(IUnitOfWorkFactory units)
{
    public const string Columns =
        "run_id, seq, kind, step_id, compensating, attempt, epoch, worker, at, definition, tool, class, effect_key, args_hash, args, status, result, code, "
        + "detail, retry_at, model, input_tokens, output_tokens, cost_micro_usd, duration_ms, trace_id, hash";

    private readonly SqlDialect sql = units.Dialect;
    private readonly string table = units.Dialect.Table("effect_journal");

    /// <summary>The records of one step, or of its undoing, oldest first.</summary>
    public Task<IReadOnlyList<JournalRecord>> OfStepAsync(
        Guid runId,
        string stepId,
        bool compensating,
        CancellationToken cancellationToken
    ) =>
        units.QueryAsync(
            new Statement(
                $"SELECT {Columns} FROM {table} WHERE run_id = @run AND step_id = @step AND compensating = @compensating ORDER BY seq",
                ("run", runId, ColumnKind.Uuid),
                ("step", stepId, ColumnKind.Text),
                ("compensating", compensating, ColumnKind.Bool)
            ),
            Read,
            cancellationToken
        );

    /// <summary>The records of a run from <paramref name="after"/> on, oldest first.</summary>
    public Task<IReadOnlyList<JournalRecord>> OfRunAsync(Guid runId, long after, int limit, CancellationToken cancellationToken) =>
        units.QueryAsync(
            new Statement(
                $"SELECT {Columns} FROM {table} WHERE run_id = @run AND seq > @after ORDER BY seq LIMIT @limit",
                ("run", runId, ColumnKind.Uuid),
                ("after", after, ColumnKind.Int64),
                ("limit", limit, ColumnKind.Int32)
            ),
            Read,
            cancellationToken
        );

    private JournalRecord Read(DbDataReader row)
    {
        string? Words(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        byte[]? Bytes(int column) => row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);
        long? Number(int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
        return new JournalRecord
        {
            RunId = sql.ReadGuid(row, 0),
            Seq = row.GetInt64(1),
            Kind = row.GetString(2),
            StepId = row.GetString(3),
            Compensating = row.GetBoolean(4),
            Attempt = row.GetInt32(5),
            Epoch = row.GetInt64(6),
            Worker = row.GetString(7),
            At = sql.ReadTime(row, 8),
            Definition = Words(9),
            Tool = Words(10),
            Class = Words(11),
            Key = Words(12),
            ArgsHash = Words(13),
            Args = Bytes(14),
            Status = Words(15),
            Result = Bytes(16),
            Code = Words(17),
            Detail = Words(18),
            RetryAt = row.IsDBNull(19) ? null : sql.ReadTime(row, 19),
            Model = Words(20),
            InputTokens = Number(21),
            OutputTokens = Number(22),
            CostMicroUsd = Number(23),
            DurationMs = Number(24),
            TraceId = Words(25),
            Hash = Bytes(26)!,
        };
    }
}
