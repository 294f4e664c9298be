using System.Text.Json;
using Coordination.Faults.Checker;
using Npgsql;

namespace Coordination.Faults.Matrix;

/// <summary>The part of a person: looks at the sink and says truthfully what became of effects in doubt.</summary>
internal sealed class Doubts(World world, NpgsqlDataSource sink)
{
    /// <summary>Effects in doubt at this moment.</summary>
    public async Task<IReadOnlyList<Doubt>> LookAsync(CancellationToken ct)
    {
        var open = await EvidenceReader.RowsAsync(
            world.Store,
            """
            SELECT e.run_id, e.step_id, e.compensating, e.class, e.effect_key, s.question_id
            FROM coordination.effect e
            LEFT JOIN coordination.coord_v1_steps s ON NOT e.compensating AND s.run_id = e.run_id AND s.step_id = e.step_id AND s.question_id LIKE 'effect:%'
            WHERE e.status = 'indoubt'
            """,
            row =>
                (
                    Of: new EffectId(row.GetGuid(0), row.GetString(1), row.GetBoolean(2), row.GetString(3)),
                    Key: row.GetString(4),
                    Question: row.IsDBNull(5) ? null : row.GetString(5)
                ),
            ct
        );
        var calls = await SinkAsync(
            "SELECT effect_key, count(*) FROM call WHERE effect_key = ANY($1) GROUP BY effect_key",
            open.Select(o => o.Key),
            ct
        );
        var receipts = await SinkAsync(
            "SELECT effect_key, min(id) FROM effect WHERE effect_key = ANY($1) GROUP BY effect_key",
            open.Select(o => o.Key),
            ct
        );
        return
        [
            .. open.Select(o => new Doubt(
                o.Of,
                o.Key,
                o.Question,
                (int)calls.GetValueOrDefault(o.Key),
                receipts.TryGetValue(o.Key, out var receipt) ? receipt : null
            )),
        ];
    }

    /// <summary>The answer as a process of the fleet takes it.</summary>
    public static string AnswerTo(Doubt doubt) =>
        "answer "
        + JsonSerializer.Serialize(
            new
            {
                runId = doubt.Of.RunId,
                stepId = doubt.Of.StepId,
                questionId = doubt.Question,
                verdict = doubt.Receipt is null ? "did-not-happen" : "happened",
                result = doubt.Receipt,
            }
        );

    private async Task<Dictionary<string, long>> SinkAsync(string sql, IEnumerable<string> keys, CancellationToken ct)
    {
        await using var command = sink.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new Dictionary<string, long>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(reader.GetString(0), reader.GetInt64(1));
        }

        return rows;
    }
}
