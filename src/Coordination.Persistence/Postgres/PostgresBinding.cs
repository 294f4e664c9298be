using Npgsql;
using NpgsqlTypes;

namespace Coordination.Persistence;

/// <summary>Turns statements into Npgsql commands with typed, positional parameters.</summary>
internal static class PostgresBinding
{
    public static NpgsqlBatchCommand ToBatchCommand(this Statement statement)
    {
        var sql = PositionalSql.Of(statement.Text);
        var command = new NpgsqlBatchCommand(statement.MustAffect is null ? sql.Text : Guarded(sql.Text));
        Bind(command.Parameters, statement, sql);
        return command;
    }

    public static void BindTo(this Statement statement, NpgsqlCommand command)
    {
        var sql = PositionalSql.Of(statement.Text);
        command.CommandText = sql.Text;
        Bind(command.Parameters, statement, sql);
    }

    /// <summary>
    /// Fails with division_by_zero when the statement touches no row. The whole transaction, COMMIT included, travels in one batch, so the check has to
    /// happen in the server.
    /// </summary>
    public static string Guarded(string text) => $"WITH guarded AS ({text} RETURNING 1) SELECT 1/count(*) FROM guarded";

    /// <summary>
    /// As <see cref="Guarded(string)"/> for a statement of many rows: fails unless it touches as many rows as the parameter that follows the statement's own says.
    /// </summary>
    public static string GuardedCount(string text, int parameters) =>
        $"WITH guarded AS ({text} RETURNING 1) SELECT 1/(CASE WHEN count(*) = ${parameters + 1} THEN 1 ELSE 0 END) FROM guarded";

    /// <summary>The statements, all of one text, as one command; several commands where the text has no form for many rows.</summary>
    public static IEnumerable<NpgsqlBatchCommand> ToBatchCommands(this IReadOnlyList<Statement> statements)
    {
        if (statements.Count == 1 || ManyRowsSql.Of(statements[0]) is not { } many)
        {
            return statements.Select(ToBatchCommand);
        }

        var guarded = statements[0].MustAffect is not null;
        var command = new NpgsqlBatchCommand(guarded ? GuardedCount(many.Text, many.Parameters.Count) : many.Text);
        for (var column = 0; column < many.Parameters.Count; column++)
        {
            command.Parameters.Add(ToColumn(statements, column, many.Parameters[column].Name));
        }

        if (guarded)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = statements.Count, NpgsqlDbType = NpgsqlDbType.Bigint });
        }

        return [command];
    }

    private static NpgsqlParameter ToColumn(IReadOnlyList<Statement> statements, int column, string name)
    {
        // The form for many was made from the first statement of this text there ever was; others may name their parameters in another order.
        StatementParameter Parameter(Statement statement) =>
            column < statement.Parameters.Length && string.Equals(statement.Parameters[column].Name, name, StringComparison.Ordinal)
                ? statement.Parameters[column]
                : Find(statement, name);

        var kind = Parameter(statements[0]).Kind;
        NpgsqlParameter Of<T>(Func<object, T> convert)
        {
            var values = new T[statements.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = Parameter(statements[i]).Value is { } value ? convert(value) : default!;
            }

            return new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = TypeOf(kind) | NpgsqlDbType.Array };
        }

        return kind switch
        {
            ColumnKind.Uuid => Of<Guid?>(v => (Guid)v),
            ColumnKind.Int32 => Of<int?>(v => v is Enum e ? Convert.ToInt32(e, System.Globalization.CultureInfo.InvariantCulture) : (int)v),
            ColumnKind.Int64 => Of<long?>(v => v is int small ? small : (long)v),
            ColumnKind.Real => Of<double?>(v => (double)v),
            ColumnKind.Bool => Of<bool?>(v => (bool)v),
            ColumnKind.Bytes => Of(v => (byte[])v),
            ColumnKind.Time => Of<DateTimeOffset?>(v => ((DateTimeOffset)v).ToUniversalTime()),
            _ => Of(v => (string)v),
        };
    }

    private static void Bind(NpgsqlParameterCollection parameters, Statement statement, PositionalSql sql)
    {
        foreach (var name in sql.Names)
        {
            parameters.Add(ToParameter(Find(statement, name)));
        }
    }

    private static StatementParameter Find(Statement statement, string name)
    {
        foreach (var parameter in statement.Parameters)
        {
            if (string.Equals(parameter.Name, name, StringComparison.Ordinal))
            {
                return parameter;
            }
        }

        throw new ArgumentException($"The statement uses @{name} but has no parameter of that name: {statement.Text}", nameof(statement));
    }

    private static NpgsqlParameter ToParameter(StatementParameter parameter)
    {
        var type = TypeOf(parameter.Kind);
        return parameter.Value switch
        {
            null => new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = type },
            byte[] bytes => new NpgsqlParameter { Value = bytes, NpgsqlDbType = type },
            Array array => new NpgsqlParameter { Value = array, NpgsqlDbType = type | NpgsqlDbType.Array },
            DateTimeOffset time => new NpgsqlParameter { Value = time.ToUniversalTime(), NpgsqlDbType = type },
            int value when parameter.Kind is ColumnKind.Int64 => new NpgsqlParameter { Value = (long)value, NpgsqlDbType = type },
            var value => new NpgsqlParameter { Value = value, NpgsqlDbType = type },
        };
    }

    private static NpgsqlDbType TypeOf(ColumnKind kind) =>
        kind switch
        {
            ColumnKind.Text => NpgsqlDbType.Text,
            ColumnKind.Json => NpgsqlDbType.Jsonb,
            ColumnKind.Uuid => NpgsqlDbType.Uuid,
            ColumnKind.Int32 => NpgsqlDbType.Integer,
            ColumnKind.Int64 => NpgsqlDbType.Bigint,
            ColumnKind.Real => NpgsqlDbType.Double,
            ColumnKind.Bool => NpgsqlDbType.Boolean,
            ColumnKind.Bytes => NpgsqlDbType.Bytea,
            ColumnKind.Time => NpgsqlDbType.TimestampTz,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown column kind."),
        };
}
