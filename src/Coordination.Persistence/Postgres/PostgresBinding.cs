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
