namespace Coordination.Persistence.Tests;

/// <summary>A table of rows with a version, for units of work to raise.</summary>
internal sealed class CountedRows
{
    private readonly StoreFixture store;
    private readonly string table;

    private CountedRows(StoreFixture store)
    {
        this.store = store;
        table = store.Sql.Table("counted");
        var select = $"SELECT id, version, value FROM {table} WHERE ";
        Read = new KeyedRead<Counted>(
            select + store.Sql.AnyOf("id", "@ids"),
            $"{select} id = @id {store.Sql.ForUpdate}",
            row => new Counted(row.GetGuid(0), row.GetInt32(1), row.GetInt32(2))
        )
        {
            Copy = row => row with { },
        };
    }

    public KeyedRead<Counted> Read { get; }

    public static async Task<CountedRows> MakeAsync(StoreFixture store)
    {
        var rows = new CountedRows(store);
        await store.Units.ExecuteAsync(
            new Statement($"CREATE TABLE {rows.table} (id uuid PRIMARY KEY, version int NOT NULL, value int NOT NULL)")
        );
        return rows;
    }

    public async Task<Guid> AddAsync()
    {
        var id = Guid.NewGuid();
        await store.Units.ExecuteAsync(new Statement($"INSERT INTO {table} VALUES (@id, 1, 0)", ("id", id, ColumnKind.Uuid)));
        return id;
    }

    public async Task RaiseAsync(IUnitOfWork work, Guid id)
    {
        var row = (await work.LoadAsync(Read, id))!;
        work.Execute(Raised(row));
        work.HandOn(Read, id, row with { Version = row.Version + 1, Value = row.Value + 1 });
    }

    public Statement Raised(Counted row) =>
        new(
            $"UPDATE {table} SET version = @version, value = @value WHERE id = @id AND version = @expected",
            ("version", row.Version + 1, ColumnKind.Int32),
            ("value", row.Value + 1, ColumnKind.Int32),
            ("id", row.Id, ColumnKind.Uuid),
            ("expected", row.Version, ColumnKind.Int32)
        )
        {
            MustAffect = "the version that was read",
            GoesFirst = true,
        };

    public Statement Delete(Counted row) =>
        new(
            $"DELETE FROM {table} WHERE id = @id AND version = @version",
            ("id", row.Id, ColumnKind.Uuid),
            ("version", row.Version, ColumnKind.Int32)
        )
        {
            MustAffect = "the version that was read",
        };

    public async Task<(int Version, int Value)> ReadAsync(Guid id) =>
        (
            await store.Units.QueryAsync(
                new Statement($"SELECT version, value FROM {table} WHERE id = @id", ("id", id, ColumnKind.Uuid)),
                row => (row.GetInt32(0), row.GetInt32(1))
            )
        )[0];
}

/// <summary>One of them.</summary>
internal sealed record Counted(Guid Id, int Version, int Value);
