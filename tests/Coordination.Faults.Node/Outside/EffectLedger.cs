using Coordination.Workers;
using Npgsql;

namespace Coordination.Faults.Node.Outside;

/// <summary>
/// The outside world's entrance: every call is written down under an id of its own, and the effect happens at most once per key, as a payment provider
/// does it. Its database is another one than the product's and nothing of the product writes to it.
/// </summary>
internal sealed class EffectLedger(NodeSettings settings) : IAsyncDisposable
{
    private readonly NpgsqlDataSource ledger = NpgsqlDataSource.Create(settings.Ledger);

    public async Task ActAsync(string key, string tool, AgentContext context, string process, CancellationToken cancellationToken)
    {
        await using var connection = await ledger.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        Add(
            "INSERT INTO effect_call (call_id, effect_key, run_id, step_id, tool, attempt, process) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            Guid.NewGuid(),
            key,
            context.RunId,
            context.StepId,
            tool,
            context.Attempt,
            process
        );
        Add(
            "INSERT INTO effect (effect_key, run_id, step_id, tool) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            key,
            context.RunId,
            context.StepId,
            tool
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);

        void Add(string text, params object[] values)
        {
            var command = new NpgsqlBatchCommand(text);
            foreach (var value in values)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            }

            batch.BatchCommands.Add(command);
        }
    }

    public ValueTask DisposeAsync() => ledger.DisposeAsync();
}
