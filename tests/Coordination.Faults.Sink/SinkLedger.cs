using Npgsql;

namespace Coordination.Faults.Sink;

/// <summary>The sink's own tables, and a look into the product's journal.</summary>
internal sealed class SinkLedger : IAsyncDisposable
{
    private readonly NpgsqlDataSource ledger;
    private readonly NpgsqlDataSource journal;

    private SinkLedger(string ledger, string journal)
    {
        this.ledger = NpgsqlDataSource.Create(ledger);
        this.journal = NpgsqlDataSource.Create(journal);
    }

    public static async Task<SinkLedger> OpenAsync(string ledger, string journal)
    {
        var opened = new SinkLedger(ledger, journal);
        await using var command = opened.ledger.CreateCommand(Tables);
        await command.ExecuteNonQueryAsync();
        return opened;
    }

    /// <summary>Writes down that a call arrived, and which records of its effect are committed at this moment.</summary>
    public async Task<long> ReceivedAsync(SinkCall call)
    {
        var (intents, last) = call.Class == "pure" ? (0, "") : await CommittedAsync(call);
        return await NumberAsync(
            "INSERT INTO call (effect_key, class, run_id, step_id, undo, process, intents, last_record, kill) "
                + "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            [call.Key, call.Class, call.RunId, call.StepId, call.Undo, call.Process, intents, last, call.Kill ?? ""]
        );
    }

    public Task<long> SetAsync(SinkCall call) =>
        NumberAsync(
            "INSERT INTO state (run_id, step_id, value) VALUES ($1, $2, $3) "
                + "ON CONFLICT (run_id, step_id) DO UPDATE SET value = excluded.value, sets = state.sets + 1 RETURNING sets",
            [call.RunId, call.StepId, call.Value]
        );

    /// <summary>Honours the key.</summary>
    public async Task<long> DoOnceAsync(SinkCall call)
    {
        await using var command = ledger.CreateCommand(
            "INSERT INTO effect (effect_key, class, run_id, step_id, undo) VALUES ($1, $2, $3, $4, $5) "
                + "ON CONFLICT (effect_key) WHERE class = 'keyed' DO NOTHING"
        );
        Add(command, [call.Key, call.Class, call.RunId, call.StepId, call.Undo]);
        await command.ExecuteNonQueryAsync();
        return (await FindAsync(call.Key))!.Value;
    }

    /// <summary>Does it, again and again.</summary>
    public Task<long> DoAsync(SinkCall call) =>
        NumberAsync(
            "INSERT INTO effect (effect_key, class, run_id, step_id, undo) VALUES ($1, $2, $3, $4, $5) RETURNING id",
            [call.Key, call.Class, call.RunId, call.StepId, call.Undo]
        );

    public async Task<long?> FindAsync(string key)
    {
        await using var command = ledger.CreateCommand("SELECT min(id) FROM effect WHERE effect_key = $1");
        Add(command, [key]);
        return await command.ExecuteScalarAsync() as long?;
    }

    public Task AnsweredAsync(long id) => NumberAsync("UPDATE call SET answered = true WHERE id = $1 RETURNING id", [id]);

    public async ValueTask DisposeAsync()
    {
        await ledger.DisposeAsync();
        await journal.DisposeAsync();
    }

    private async Task<(int Intents, string Last)> CommittedAsync(SinkCall call)
    {
        await using var command = journal.CreateCommand(
            """
            SELECT count(*) FILTER (WHERE kind = 'intent')::int, COALESCE((array_agg(kind ORDER BY seq DESC))[1], '')
            FROM coordination.effect_journal WHERE run_id = $1 AND effect_key = $2 AND kind <> 'decision'
            """
        );
        Add(command, [call.RunId, call.Key]);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt32(0), row.GetString(1));
    }

    private async Task<long> NumberAsync(string text, object[] values)
    {
        await using var command = ledger.CreateCommand(text);
        Add(command, values);
        return Convert.ToInt64(await command.ExecuteScalarAsync());
    }

    private static void Add(NpgsqlCommand command, object[] values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }
    }

    private const string Tables = """
        CREATE TABLE call (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
          effect_key text NOT NULL, class text NOT NULL, run_id uuid NOT NULL, step_id text NOT NULL, undo bool NOT NULL, process int NOT NULL,
          intents int NOT NULL, last_record text NOT NULL, kill text NOT NULL, answered bool NOT NULL DEFAULT false);
        CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
          effect_key text NOT NULL, class text NOT NULL, run_id uuid NOT NULL, step_id text NOT NULL, undo bool NOT NULL);
        CREATE UNIQUE INDEX ON effect (effect_key) WHERE class = 'keyed';
        CREATE INDEX ON effect (effect_key);
        CREATE TABLE state (run_id uuid NOT NULL, step_id text NOT NULL, value text NOT NULL, sets int NOT NULL DEFAULT 1,
          PRIMARY KEY (run_id, step_id));
        """;
}
