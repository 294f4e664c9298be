using Coordination.Faults.Checker;
using Npgsql;

namespace Coordination.Faults.Matrix;

/// <summary>Reads the sink's tables and the product's, by SQL of its own.</summary>
internal static class MatrixEvidenceReader
{
    // In the order of the digest, which leaves out the number and ends before the hash.
    private const string Digested =
        "run_id, kind, step_id, compensating, attempt, epoch, worker, at, definition, tool, class, effect_key, args_hash, args, status, result, code, detail, "
        + "retry_at, model, input_tokens, output_tokens, cost_micro_usd, duration_ms, trace_id";

    private const int DigestedColumns = 25;

    public static async Task<MatrixEvidence> ReadAsync(World world, NpgsqlDataSource sink, CancellationToken ct) =>
        new()
        {
            Fleet = await EvidenceReader.ReadAsync(world, ct),
            Calls = await EvidenceReader.RowsAsync(
                sink,
                "SELECT run_id, step_id, undo, class, effect_key, intents, last_record, kill, answered FROM call ORDER BY id",
                row => new SinkCall(Id(row), row.GetString(4), row.GetInt32(5), row.GetString(6), row.GetString(7), row.GetBoolean(8)),
                ct
            ),
            Effects = await EvidenceReader.RowsAsync(
                sink,
                "SELECT run_id, step_id, undo, class, effect_key, id FROM effect ORDER BY id",
                row => new SinkEffect(Id(row), row.GetString(4), row.GetInt64(5)),
                ct
            ),
            States = await EvidenceReader.RowsAsync(
                sink,
                "SELECT run_id, step_id, value FROM state",
                row => new SinkState(row.GetGuid(0), row.GetString(1), row.GetString(2)),
                ct
            ),
            Journal = await EvidenceReader.RowsAsync(
                world.Store,
                $"SELECT {Digested}, seq, hash FROM coordination.effect_journal ORDER BY run_id, seq",
                Line,
                ct
            ),
            Records = await EvidenceReader.RowsAsync(
                world.Store,
                "SELECT run_id, step_id, compensating, class, effect_key, status, calls FROM coordination.effect",
                row => new EffectRecord(Id(row), row.GetString(4), row.GetString(5), row.GetInt32(6)),
                ct
            ),
        };

    private static EffectId Id(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1), row.GetBoolean(2), row.GetString(3));

    private static JournalLine Line(NpgsqlDataReader row) =>
        new(
            row.GetGuid(0),
            row.GetInt64(DigestedColumns),
            row.GetString(1),
            row.GetString(2),
            row.GetBoolean(3),
            row.IsDBNull(11) ? null : row.GetString(11),
            row.IsDBNull(14) ? null : row.GetString(14),
            [.. Enumerable.Range(0, DigestedColumns).Select(column => JournalLine.Field(row.GetValue(column)))],
            row.GetFieldValue<byte[]>(DigestedColumns + 1)
        );
}
