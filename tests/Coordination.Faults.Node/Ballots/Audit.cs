using Coordination.Sagas.Consensus;
using Npgsql;

namespace Coordination.Faults.Node.Ballots;

/// <summary>The product's own audit of every ballot there is: a line for each fault, and at last how many were looked at.</summary>
internal static class Audit
{
    public static async Task RunAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            """
            SELECT b.ballot_id, b.record_hash, r.line, r.hash FROM coordination.ballot b LEFT JOIN coordination.ballot_record r USING (ballot_id)
            ORDER BY b.ballot_id, r.seq
            """
        );
        await using var reader = await command.ExecuteReaderAsync();
        var (ballot, last, count) = (Guid.Empty, "", 0);
        var lines = new List<(string Text, string Hash)>();
        while (await reader.ReadAsync())
        {
            if (reader.GetGuid(0) != ballot)
            {
                Tell(ballot, lines, last);
                (ballot, last) = (reader.GetGuid(0), reader.GetString(1));
                lines.Clear();
                count++;
            }

            if (!reader.IsDBNull(2))
            {
                lines.Add((reader.GetString(2), reader.GetString(3)));
            }
        }

        Tell(ballot, lines, last);
        Console.WriteLine($"audited {count}");
    }

    private static void Tell(Guid ballot, List<(string Text, string Hash)> lines, string last)
    {
        if (ballot == Guid.Empty)
        {
            return;
        }

        foreach (var fault in BallotAudit.Faults(lines, last))
        {
            Console.WriteLine($"fault {ballot} {fault}");
        }
    }
}
