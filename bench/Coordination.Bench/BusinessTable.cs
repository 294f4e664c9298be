using Npgsql;

namespace Coordination.Bench;

/// <summary>The rows a workload is about; the same for every contender.</summary>
internal static class BusinessTable
{
    // No key on purpose: a second effect of one message must be visible to the check at the end, not refused by the table.
    private const string Sql = "create table effect (key uuid not null, step int not null, text text not null)";

    public static async Task CreateAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Sql);
        await command.ExecuteNonQueryAsync(ct);
    }
}
