using Npgsql;

namespace Coordination.Bench.Raw;

/// <summary>The smallest tables that do the job.</summary>
internal static class RawTables
{
    private const string Sql = """
        create table inbox (consumer smallint, message_id uuid, primary key (consumer, message_id));
        create table outbox (id uuid primary key, queue text not null, body bytea not null, due_at timestamptz not null default clock_timestamp() + interval '20 s')
            with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
        create table saga (id uuid primary key, step int not null, text text not null, version int not null) with (fillfactor = 70);
        """;

    public static async Task CreateAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    public static Check[] Checks(Workload workload) =>
        [
            // A saga handles its start and five answers, its worker five requests.
            new Check("inbox rows", "select count(*) from inbox", workload == Workload.Effect ? 1 : 11),
            new Check("outbox rows left", "select count(*) from outbox", 0),
            new Check(
                "finished sagas",
                $"select count(*) from saga where step = {SagaRule.Steps + 1}",
                workload == Workload.Effect ? 0 : 1
            ),
        ];
}
