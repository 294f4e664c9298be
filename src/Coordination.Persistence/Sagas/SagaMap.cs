using System.Data.Common;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Coordination.Persistence;

/// <summary>
/// Reads and writes one saga type with SQL made once from its EF Core model, so that the hot path needs no change tracker while migrations
/// and queries still use the model. The entity needs <c>Guid CorrelationId</c> as key and an <c>int Version</c>.
/// </summary>
internal sealed class SagaMap<TSaga>
    where TSaga : class
{
    private readonly Column[] columns;
    private readonly Func<TSaga> create;
    private readonly string select;
    private readonly string insert;
    private readonly string update;
    private readonly string delete;
    private readonly string updateMany;
    private readonly string deleteMany;
    private readonly string name = typeof(TSaga).Name;
    private readonly Column version;

    public SagaMap(IModel model, SqlDialect dialect)
    {
        var entity =
            model.FindEntityType(typeof(TSaga))
            ?? throw new InvalidOperationException($"{typeof(TSaga).Name} is not mapped. Add it to the DbContext of a schema module.");
        var table = dialect.Table(entity.GetTableName()!);
        var store = StoreObjectIdentifier.Table(entity.GetTableName()!, entity.GetSchema());
        // The key first: a query for many rows tells by it whose row it is.
        columns =
        [
            .. entity
                .GetProperties()
                .Where(p => !p.IsShadowProperty())
                .OrderBy(p => p.Name == "CorrelationId" ? 0 : 1)
                .Select(p => new Column(p, store, dialect)),
        ];
        version =
            columns.SingleOrDefault(c => c.Property == "Version")
            ?? throw new InvalidOperationException($"{name} needs a mapped property 'int Version'.");
        if (columns.All(c => c.Property != "CorrelationId"))
        {
            throw new InvalidOperationException($"{name} needs a mapped property 'Guid CorrelationId'.");
        }

        create = Expression.Lambda<Func<TSaga>>(Expression.New(typeof(TSaga))).Compile();
        select = $"SELECT {string.Join(", ", columns.Select(c => c.Name))} FROM {table} WHERE {Key} = @id";
        insert =
            $"INSERT INTO {table} ({string.Join(", ", columns.Select(c => c.Name))}) VALUES ({string.Join(", ", columns.Select(c => c.Value))})";
        update =
            $"UPDATE {table} SET {string.Join(", ", columns.Where(c => c.Property != "CorrelationId").Select(c => $"{c.Name} = {c.Value}"))} "
            + $"WHERE {Key} = @{Key} AND {version.Name} = @expected_version";
        delete = $"DELETE FROM {table} WHERE {Key} = @id AND {version.Name} = @expected_version";
        updateMany =
            $"UPDATE {table} AS t SET {string.Join(", ", columns.Where(c => c.Property != "CorrelationId").Select(c => $"{c.Name} = {c.ManyValue}"))} "
            + $"FROM {{rows}} WHERE t.{Key} = r.\"{Key}\" AND t.{version.Name} = r.\"expected_version\"";
        deleteMany = $"DELETE FROM {table} AS t USING {{rows}} WHERE t.{Key} = r.\"id\" AND t.{version.Name} = r.\"expected_version\"";
        var all = $"SELECT {string.Join(", ", columns.Select(c => c.Name))} FROM {table} WHERE {dialect.AnyOf(Key, "@ids")}";
        Row = new KeyedRead<TSaga>(all, $"{select} {dialect.ForUpdate}".TrimEnd(), Read) { Copy = Copy };
    }

    /// <summary>How a row is read in order to change it.</summary>
    public KeyedRead<TSaga> Row { get; }

    private string Key => columns.Single(c => c.Property == "CorrelationId").Name;

    /// <summary>Reads the row and holds it until the end of the transaction.</summary>
    public Statement Load(Guid id) => new(Row.Locked, ("id", id, ColumnKind.Uuid));

    /// <summary>Reads the row without holding it.</summary>
    public Statement Peek(Guid id) => new(select, ("id", id, ColumnKind.Uuid));

    public TSaga Read(DbDataReader reader)
    {
        var saga = create();
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i].Load(reader, i, saga);
        }

        return saga;
    }

    /// <summary>What <see cref="Read"/> would give once the row is written.</summary>
    private TSaga Copy(TSaga saga)
    {
        var copy = create();
        foreach (var column in columns)
        {
            column.Copy(saga, copy);
        }

        return copy;
    }

    public Statement Insert(TSaga saga)
    {
        version.Set(saga, 1);
        return new Statement(insert, [.. columns.Select(c => c.Parameter(saga))]) { GoesFirst = true };
    }

    /// <summary>Writes the row if its version is still the one that was read; raises the version.</summary>
    public Statement Update(TSaga saga)
    {
        var expected = (int)version.Get(saga)!;
        version.Set(saga, expected + 1);
        return new Statement(update, [.. columns.Select(c => c.Parameter(saga)), ("expected_version", expected, ColumnKind.Int32)])
        {
            ForMany = updateMany,
            GoesFirst = true,
            MustAffect = $"{name} was changed by another message",
        };
    }

    public Statement Delete(TSaga saga, Guid id) =>
        new(delete, ("id", id, ColumnKind.Uuid), ("expected_version", version.Get(saga), ColumnKind.Int32))
        {
            ForMany = deleteMany,
            MustAffect = $"{name} was changed by another message",
        };

    /// <summary>One mapped property: how it is named, typed, converted, read and written.</summary>
    private sealed class Column
    {
        private readonly Func<object, object?> toStore;
        private readonly Func<object, object?> fromStore;
        private readonly Action<TSaga, object?> set;
        private readonly Func<TSaga, object?> get;
        private readonly ColumnKind kind;
        private readonly SqlDialect dialect;
        private readonly Type clr;

        public Column(IProperty property, StoreObjectIdentifier store, SqlDialect dialect)
        {
            this.dialect = dialect;
            Property = property.Name;
            Name = property.GetColumnName(store) ?? property.Name;
            var member =
                property.PropertyInfo
                ?? throw new InvalidOperationException($"{typeof(TSaga).Name}.{property.Name} must be a property with getter and setter.");
            clr = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
            // Guids and times are bound by kind, whatever conversion the provider's model uses for them.
            var converter = clr == typeof(Guid) || clr == typeof(DateTimeOffset) ? null : property.GetTypeMapping().Converter;
            toStore = converter is null ? v => v : v => converter.ConvertToProvider(v);
            fromStore = converter is null ? v => v : v => converter.ConvertFromProvider(v);
            kind = KindOf(converter?.ProviderClrType ?? clr, property.GetColumnType());
            Value = kind == ColumnKind.Json ? dialect.Json("@" + Name) : "@" + Name;
            ManyValue = kind == ColumnKind.Json ? dialect.Json($"r.\"{Name}\"") : $"r.\"{Name}\"";

            var saga = Expression.Parameter(typeof(TSaga));
            var value = Expression.Parameter(typeof(object));
            get = Expression
                .Lambda<Func<TSaga, object?>>(Expression.Convert(Expression.Property(saga, member), typeof(object)), saga)
                .Compile();
            set = Expression
                .Lambda<Action<TSaga, object?>>(
                    Expression.Assign(Expression.Property(saga, member), Expression.Convert(value, member.PropertyType)),
                    saga,
                    value
                )
                .Compile();
        }

        public string Property { get; }

        public string Name { get; }

        /// <summary>The parameter as it stands in SQL, with a cast where the column needs one.</summary>
        public string Value { get; }

        /// <summary>The same in a statement for many rows.</summary>
        public string ManyValue { get; }

        public object? Get(TSaga saga) => get(saga);

        public void Set(TSaga saga, object? value) => set(saga, value);

        public StatementParameter Parameter(TSaga saga)
        {
            var value = get(saga);
            return (Name, value is null ? null : toStore(value), kind);
        }

        /// <summary>Through the stored form: nothing is shared, and times have the database's microseconds.</summary>
        public void Copy(TSaga from, TSaga to)
        {
            var stored = Parameter(from).Value switch
            {
                DateTimeOffset time => new DateTimeOffset(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero),
                byte[] bytes => bytes.Clone(),
                var value => value,
            };
            Put(to, stored);
        }

        public void Load(DbDataReader reader, int ordinal, TSaga saga)
        {
            if (reader.IsDBNull(ordinal))
            {
                set(saga, null);
                return;
            }

            object stored = kind switch
            {
                ColumnKind.Uuid => dialect.ReadGuid(reader, ordinal),
                ColumnKind.Time => dialect.ReadTime(reader, ordinal),
                ColumnKind.Int32 => reader.GetInt32(ordinal),
                ColumnKind.Int64 => reader.GetInt64(ordinal),
                ColumnKind.Bool => reader.GetBoolean(ordinal),
                ColumnKind.Real => reader.GetDouble(ordinal),
                ColumnKind.Bytes => reader.GetFieldValue<byte[]>(ordinal),
                _ => reader.GetString(ordinal),
            };
            Put(saga, stored);
        }

        private void Put(TSaga saga, object? stored)
        {
            var value = stored is null ? null : fromStore(stored);
            set(saga, clr.IsEnum && value is not null && !clr.IsInstanceOfType(value) ? Enum.ToObject(clr, value) : value);
        }

        private static ColumnKind KindOf(Type type, string columnType) =>
            type switch
            {
                _ when type == typeof(Guid) => ColumnKind.Uuid,
                _ when type == typeof(DateTimeOffset) => ColumnKind.Time,
                _ when type == typeof(int) || type == typeof(short) || type.IsEnum => ColumnKind.Int32,
                _ when type == typeof(long) => ColumnKind.Int64,
                _ when type == typeof(bool) => ColumnKind.Bool,
                _ when type == typeof(double) || type == typeof(float) => ColumnKind.Real,
                _ when type == typeof(byte[]) => ColumnKind.Bytes,
                _ when type == typeof(string) => columnType is "jsonb" or "json" ? ColumnKind.Json : ColumnKind.Text,
                _ => throw new InvalidOperationException(
                    $"{typeof(TSaga).Name}: a column of type {type.Name} cannot be stored. Convert it to text, a number, a Guid, a time or bytes."
                ),
            };
    }
}
