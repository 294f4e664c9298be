using Npgsql;

namespace Coordination.Testing.Tests;

/// <summary>One statement on a connection of its own.</summary>
internal static class Database
{
    public static async Task ExecuteAsync(string address, string sql, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(address);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    public static async Task<T> ScalarAsync<T>(string address, string sql, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(address);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }
}
