using System.Globalization;
using Coordination.Faults.Checker;
using Npgsql;

namespace Coordination.Faults.Ballots;

/// <summary>Adds the product's tables to what was said and heard, by SQL of its own.</summary>
internal static class BallotEvidenceReader
{
    private const string Audited = "audited ";
    private const string Fault = "fault ";

    public static async Task<BallotEvidence> ReadAsync(
        World world,
        BallotEvidence heard,
        IReadOnlyList<string> audit,
        CancellationToken ct
    ) =>
        heard with
        {
            Rows = await EvidenceReader.RowsAsync(
                world.Store,
                "SELECT ballot_id, lower(status), outcome, option, decided_by, record_hash, opened_at, decided_at FROM coordination.ballot",
                row => new BallotRow(
                    row.GetGuid(0),
                    row.GetString(1),
                    Text(row, 2),
                    Text(row, 3),
                    Text(row, 4),
                    row.GetString(5),
                    row.GetFieldValue<DateTimeOffset>(6),
                    row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7)
                ),
                ct
            ),
            Decisions = await EvidenceReader.RowsAsync(
                world.Store,
                "SELECT ballot_id, outcome, option, decided_by FROM coordination.ballot_decision",
                row => new DecisionRow(row.GetGuid(0), row.GetString(1), Text(row, 2), row.GetString(3)),
                ct
            ),
            Lines = await EvidenceReader.RowsAsync(
                world.Store,
                "SELECT ballot_id, seq, kind, line, hash FROM coordination.ballot_record ORDER BY ballot_id, seq",
                row => new RecordLine(row.GetGuid(0), row.GetInt32(1), row.GetString(2), row.GetString(3), row.GetString(4)),
                ct
            ),
            Parked = await EvidenceReader.RowsAsync(
                world.Store,
                "SELECT direction, endpoint, message_id, reason, detail FROM coordination.dead_letter",
                row => new ParkedMessage(row.GetString(0), row.GetString(1), row.GetGuid(2), row.GetString(3), row.GetString(4)),
                ct
            ),
            Pending = (await EvidenceReader.RowsAsync(world.Store, "SELECT count(*) FROM coordination.outbox", row => row.GetInt64(0), ct))[
                0
            ],
            Queues = await EvidenceReader.QueuesAsync(world),
            AuditFaults =
            [
                .. audit.Where(line => line.StartsWith(Fault, StringComparison.Ordinal)).Select(line => "ballot " + line[Fault.Length..]),
            ],
            Audited = audit
                .Where(line => line.StartsWith(Audited, StringComparison.Ordinal))
                .Select(line => int.Parse(line[Audited.Length..], CultureInfo.InvariantCulture))
                .SingleOrDefault(),
        };

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
