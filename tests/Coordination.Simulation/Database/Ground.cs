using Coordination.Persistence;
using Coordination.Sagas.Runs;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Simulation;

/// <summary>
/// The database of one run: a SQLite file in memory-backed storage that outlives every simulated process, with the product's tables and the truth about
/// them: triggers record what was really committed, whatever the product believes.
/// </summary>
internal sealed class Ground : IDisposable
{
    private static readonly string Now = new SqliteDialect().Now;
    private readonly string path;
    private readonly SqliteConnection reader;

    private static readonly string Truth = $"""
        CREATE TABLE sim_sent (outbox_id INTEGER PRIMARY KEY, message_id TEXT, endpoint TEXT, message_type TEXT, group_id TEXT, ordered INTEGER, token TEXT,
            due_at INTEGER, at INTEGER, body BLOB, removed_at INTEGER, forbidden INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX sim_sent_message ON sim_sent (message_id);
        CREATE INDEX sim_sent_token ON sim_sent (token) WHERE token IS NOT NULL;
        CREATE TRIGGER sim_stored AFTER INSERT ON outbox BEGIN
            INSERT INTO sim_sent (outbox_id, message_id, endpoint, message_type, group_id, ordered, token, due_at, at, body)
            VALUES (NEW.id, NEW.message_id, NEW.endpoint, NEW.message_type, NEW.group_id, NEW.ordered, NEW.token, NEW.due_at, {Now}, NEW.body);
        END;
        CREATE TRIGGER sim_moved AFTER UPDATE OF due_at ON outbox WHEN NEW.token IS NOT NULL BEGIN
            UPDATE sim_sent SET due_at = NEW.due_at WHERE outbox_id = NEW.id AND due_at > {Now};
        END;
        CREATE TRIGGER sim_removed AFTER DELETE ON outbox BEGIN
            UPDATE sim_sent SET removed_at = {Now} WHERE outbox_id = OLD.id;
        END;
        CREATE TABLE sim_effect (consumer TEXT, message_id TEXT, what TEXT, at INTEGER);
        CREATE TABLE sim_owner (claim TEXT, old_owner TEXT, new_owner TEXT, old_epoch INTEGER, new_epoch INTEGER, expired INTEGER);
        CREATE TRIGGER sim_owned AFTER UPDATE OF owner ON step_claim WHEN NEW.owner IS NOT OLD.owner BEGIN
            INSERT INTO sim_owner VALUES (NEW.id, OLD.owner, NEW.owner, OLD.epoch, NEW.epoch, OLD.expires_at <= {Now});
        END;
        CREATE TABLE sim_request (producer TEXT, number INTEGER);
        """;

    private Ground(string path)
    {
        this.path = path;
        Options = new SqliteStoreOptions { Path = path };
        Writer = new SqliteWriter(Options);
        reader = new SqliteConnection(Options.ConnectionString);
        reader.Open();
    }

    public SqliteStoreOptions Options { get; }

    /// <summary>The database's one writer: all simulated processes queue for it as for a lock of the server.</summary>
    public SqliteWriter Writer { get; }

    /// <summary>A copy of the template.</summary>
    public static Ground Open(string template, string name, TimeSpan grace)
    {
        var copy = Path.Combine(Path.GetDirectoryName(template)!, name);
        File.Copy(template, copy, overwrite: true);
        var ground = new Ground(copy);
        ground.Options.Grace = grace;
        return ground;
    }

    /// <summary>Makes the database that every run starts from; once in a process.</summary>
    public static async Task<string> MakeTemplateAsync(string folder)
    {
        var template = Path.Combine(folder, "template.db");
        var services = new ServiceCollection();
        services.AddSqliteStore(options => options.Path = template);
        services.AddLogging();
        services.AddSingleton<PersistenceMetrics>();
        services.AddSchemaModule<RunsDbContext, PostgresRunsDbContext, SqliteRunsDbContext>(RunsDbContext.Module);
        services.AddWorkersSchema();
        await using (var provider = services.BuildServiceProvider())
        {
            await provider.GetRequiredService<SchemaMigrator>().MigrateAsync();
        }

        await using var connection = new SqliteConnection($"Data Source={template};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = Truth + "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = WAL;";
        await command.ExecuteNonQueryAsync();
        await connection.CloseAsync();
        SqliteConnection.ClearAllPools();
        return template;
    }

    /// <summary>Rows of a query beside all transactions: what is committed, nothing else.</summary>
    public List<T> Read<T>(string text, Func<SqliteDataReader, T> read, params (string Name, object? Value)[] parameters)
    {
        using var command = reader.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue("@" + name, value ?? DBNull.Value);
        }

        using var rows = command.ExecuteReader();
        var found = new List<T>();
        while (rows.Read())
        {
            found.Add(read(rows));
        }

        return found;
    }

    public long Count(string text, params (string Name, object? Value)[] parameters) => Read(text, row => row.GetInt64(0), parameters)[0];

    public void Dispose()
    {
        reader.Dispose();
        Writer.Dispose();
        SqliteConnection.ClearAllPools();
        foreach (var file in new[] { path, path + "-wal", path + "-shm" })
        {
            File.Delete(file);
        }
    }
}
