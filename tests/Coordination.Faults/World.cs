using Coordination.Testing;
using Npgsql;

namespace Coordination.Faults;

/// <summary>
/// The servers of one run: a broker and a durable database that are stopped, killed and cut, and the ledger's database on a server of its own, which
/// nobody touches.
/// </summary>
public sealed class World : IAsyncDisposable
{
    private readonly PostgresServer ledgerServer;

    private World(Broker broker, PostgresServer postgres, PostgresServer ledgerServer, string database, string ledger)
    {
        Broker = broker;
        Postgres = postgres;
        this.ledgerServer = ledgerServer;
        Database = database;
        Ledger = NpgsqlDataSource.Create(ledger);
        LedgerAddress = ledger;
        // A connection that was cut must not come back from a pool: every look is a new connection.
        Store = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database)
            {
                Pooling = false,
                Timeout = 5,
                CommandTimeout = 60,
            }.ConnectionString
        );
    }

    public Broker Broker { get; }

    public PostgresServer Postgres { get; }

    public string Database { get; }

    public string LedgerAddress { get; }

    /// <summary>The product's database, for looking at it.</summary>
    public NpgsqlDataSource Store { get; }

    /// <summary>The ledger's.</summary>
    public NpgsqlDataSource Ledger { get; }

    public static async Task<World> StartAsync(int brokerNodes, CancellationToken ct)
    {
        var (broker, postgres, outside) = (
            Broker.StartAsync(brokerNodes, ct),
            TestServers.StartDedicatedPostgresAsync(ct, durable: true),
            TestServers.StartDedicatedPostgresAsync(ct)
        );
        await Task.WhenAll(broker, postgres, outside);
        var (database, ledger) = (await (await postgres).NewDatabaseAsync(ct: ct), await (await outside).NewDatabaseAsync(ct: ct));
        var world = new World(await broker, await postgres, await outside, database, ledger);
        await ExecuteAsync(world.Ledger, LedgerTables, ct);
        return world;
    }

    /// <summary>Tables and triggers by which the checker sees what the product's own tables forget. Needs the product's tables.</summary>
    public Task WatchAsync(CancellationToken ct) => ExecuteAsync(Store, WatchingTables, ct);

    /// <summary>Another database of the world outside.</summary>
    public Task<string> NewOutsideDatabaseAsync(CancellationToken ct) => ledgerServer.NewDatabaseAsync(ct: ct);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Ledger.DisposeAsync();
        await Broker.DisposeAsync();
        await Postgres.DisposeAsync();
        await ledgerServer.DisposeAsync();
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken ct)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    private const string LedgerTables = """
        CREATE TABLE submission (idx bigint PRIMARY KEY, run_id uuid NOT NULL UNIQUE, kind text NOT NULL, outcome text, tries int NOT NULL DEFAULT 0,
          started_at timestamptz NOT NULL DEFAULT clock_timestamp(), decided_at timestamptz, ended_at timestamptz);
        CREATE TABLE effect (effect_key text PRIMARY KEY, run_id uuid NOT NULL, step_id text NOT NULL, tool text NOT NULL,
          at timestamptz NOT NULL DEFAULT clock_timestamp());
        CREATE TABLE effect_call (call_id uuid PRIMARY KEY, effect_key text NOT NULL, run_id uuid NOT NULL, step_id text NOT NULL, tool text NOT NULL,
          attempt int NOT NULL, process text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
        """;

    private const string WatchingTables = """
        CREATE SCHEMA faults;
        CREATE TABLE faults.order_sent (key uuid NOT NULL, number int NOT NULL, PRIMARY KEY (key, number));
        CREATE TABLE faults.order_applied (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key uuid NOT NULL, number int NOT NULL,
          process text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
        CREATE TABLE faults.outbox_log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message_id uuid NOT NULL, endpoint text NOT NULL,
          type text NOT NULL, timer bool NOT NULL, mandatory bool NOT NULL, at timestamptz NOT NULL);
        CREATE TABLE faults.claim_log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, claim_id uuid NOT NULL, epoch bigint NOT NULL, owner text,
          state text NOT NULL, expires_at timestamptz NOT NULL, at timestamptz NOT NULL);
        CREATE FUNCTION faults.log_message() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO faults.outbox_log (message_id, endpoint, type, timer, mandatory, at)
          VALUES (NEW.message_id, NEW.endpoint, NEW.message_type, NEW.token IS NOT NULL, NEW.mandatory, clock_timestamp());
          RETURN NULL; END $$;
        CREATE TRIGGER faults_log AFTER INSERT ON coordination.outbox FOR EACH ROW EXECUTE FUNCTION faults.log_message();
        CREATE FUNCTION faults.log_claim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO faults.claim_log (claim_id, epoch, owner, state, expires_at, at)
          VALUES (NEW.id, NEW.epoch, NEW.owner, NEW.state, NEW.expires_at, clock_timestamp());
          RETURN NULL; END $$;
        CREATE TRIGGER faults_log AFTER INSERT OR UPDATE ON coordination.step_claim FOR EACH ROW EXECUTE FUNCTION faults.log_claim();
        """;
}
