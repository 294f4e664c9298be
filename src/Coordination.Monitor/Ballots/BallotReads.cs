using System.Data.Common;
using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Reads ballots through their views.</summary>
internal sealed class BallotReads(Reads reads)
{
    private const string Columns =
        "ballot_id, tenant, run_id, policy, tier, requester, question, options, voters, round, status, outcome, option, decided_by, people, opened_at, ends_at, "
        + "decided_at";

    private readonly SqlDialect sql = reads.Dialect;

    /// <summary>Those people have to decide first, the one with the least time left first; then the latest.</summary>
    public async Task<BallotPage> PageAsync(string? status, string? words, string? after, int size, CancellationToken cancellationToken)
    {
        var (phase, at, id) = Cursor.Place(after);
        if (status == "refused")
            return await RefusedAsync(at, id, size, cancellationToken);
        var filter = Filter.Of(words);
        var urgent = Open(filter, phase == 0 ? at : "", id);
        var rest = Latest(status, filter, phase == 1 ? at : "", id);
        var (rows, next) = status switch
        {
            "people" => await urgent.PageAsync(reads, size, cancellationToken),
            null => await Listing.PageAsync(reads, phase == 0 ? urgent : null, rest, Cursor.Write(1, "", ""), size, cancellationToken),
            _ => await rest.PageAsync(reads, size, cancellationToken),
        };
        return new BallotPage(rows, next);
    }

    public async Task<BallotSummary?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await reads.FindAsync(
            new Statement(
                $"SELECT {Columns} FROM {sql.Table("coord_v1_ballots")} WHERE ballot_id = @id",
                new StatementParameter("id", id, ColumnKind.Uuid)
            ),
            Read,
            cancellationToken
        );

    /// <summary>A ballot that was not opened, and why.</summary>
    public async Task<(BallotSummary Ballot, IReadOnlyList<BodyProblem> Problems)?> RefusalAsync(
        Guid id,
        CancellationToken cancellationToken
    )
    {
        var rows = await reads.QueryAsync(
            new Statement(
                $"SELECT ballot_id, tenant, at, reason, problems FROM {sql.Table("coord_v1_ballot_rejections")} WHERE ballot_id = @id ORDER BY at LIMIT 1",
                new StatementParameter("id", id, ColumnKind.Uuid)
            ),
            row => (Refused(row), JsonSerializer.Deserialize<List<BodyProblem>>(row.GetString(4), MonitorJson.Options) ?? []),
            cancellationToken
        );
        return rows is [var (ballot, problems)] ? (ballot, problems) : null;
    }

    /// <summary>What was fixed when it was opened, as JSON.</summary>
    public Task<string?> OpeningAsync(Guid id, CancellationToken cancellationToken) =>
        reads.FindAsync(
            new Statement(
                $"SELECT opening FROM {sql.Table("coord_v1_ballot_openings")} WHERE ballot_id = @id",
                new StatementParameter("id", id, ColumnKind.Uuid)
            ),
            row => row.GetString(0),
            cancellationToken
        );

    /// <summary>Lines of the record, at most so many; none while votes are sealed.</summary>
    public async Task<(IReadOnlyList<(string Text, string Hash)> Lines, string? LastHash)> RecordAsync(
        Guid id,
        int most,
        CancellationToken cancellationToken
    )
    {
        string? last = null;
        var lines = await reads.QueryAsync(
            new Statement(
                $"SELECT line, hash, record_hash FROM {sql.Table("coord_v1_ballot_record")} WHERE ballot_id = @id ORDER BY seq LIMIT @most",
                ("id", id, ColumnKind.Uuid),
                ("most", most, ColumnKind.Int32)
            ),
            row =>
            {
                last = row.GetString(2);
                return (row.GetString(0), row.GetString(1));
            },
            cancellationToken
        );
        return (lines, last);
    }

    public async Task<VoterPage> VotersAsync(CancellationToken cancellationToken) =>
        new(
            await reads.QueryAsync(
                new Statement(
                    $"SELECT tenant, voter, domain, judged, correct, brier FROM {sql.Table("coord_v1_voters")} ORDER BY tenant, voter, domain LIMIT 5000"
                ),
                row => new VoterRow(
                    row.GetString(0),
                    row.GetString(1),
                    row.GetString(2),
                    row.GetInt32(3),
                    row.GetInt32(4),
                    row.GetDouble(5)
                ),
                cancellationToken
            )
        );

    private Listing<BallotSummary> Open(Filter filter, string at, string id) =>
        new()
        {
            Source = sql.Table("coord_v1_open_ballots"),
            Columns = Columns,
            Order = "ends_at, ballot_id",
            // No index has the order: what is open is little, and people are asked about the least of it.
            Where = ["status = 'people'", .. filter.Conditions, .. at == "" ? (string[])[] : ["(ends_at, ballot_id) > (@at, @id)"]],
            Parameters = [.. filter.Parameters, .. Begin(at, id)],
            Read = Read,
            CursorOf = ballot => Cursor.Write(0, ballot.EndsAt!, ballot.BallotId),
        };

    private Listing<BallotSummary> Latest(string? status, Filter filter, string at, string id) =>
        new()
        {
            Source = sql.Table(status == "voting" ? "coord_v1_open_ballots" : "coord_v1_ballots"),
            Columns = Columns,
            Order = "opened_at DESC, ballot_id DESC",
            Where =
            [
                .. filter.Id is null ? (string[])[] : ["ballot_id = @named"],
                .. at == "" ? (string[])[] : ["(opened_at, ballot_id) < (@at, @id)"],
            ],
            Filters = [status is null ? "status <> 'people'" : "status = @status", .. filter.Id is null ? filter.Conditions : []],
            Parameters = [("status", status, ColumnKind.Text), .. filter.Parameters, .. Begin(at, id)],
            Read = Read,
            CursorOf = ballot => Cursor.Write(1, ballot.OpenedAt!, ballot.BallotId),
        };

    private async Task<BallotPage> RefusedAsync(string at, string id, int size, CancellationToken cancellationToken)
    {
        var listing = new Listing<BallotSummary>
        {
            Source = sql.Table("coord_v1_ballot_rejections"),
            Columns = "ballot_id, tenant, at, reason, problems",
            Order = "at DESC, ballot_id DESC",
            Where = at == "" ? [] : ["(at, ballot_id) < (@at, @id)"],
            Parameters = [.. Begin(at, id)],
            Read = Refused,
            CursorOf = ballot => Cursor.Write(2, ballot.OpenedAt!, ballot.BallotId),
        };
        var (rows, next) = await listing.PageAsync(reads, size, cancellationToken);
        return new BallotPage(rows, next);
    }

    private static IEnumerable<StatementParameter> Begin(string at, string id) =>
        at == ""
            ? []
            : [("at", Cursor.Time(at), ColumnKind.Time), ("id", Guid.TryParse(id, out var ballot) ? ballot : Guid.Empty, ColumnKind.Uuid)];

    private BallotSummary Refused(DbDataReader row) =>
        new(
            sql.ReadGuid(row, 0),
            row.GetString(1),
            null,
            "",
            "",
            "",
            "",
            [],
            0,
            0,
            "refused",
            row.GetString(3),
            null,
            null,
            null,
            sql.ReadTime(row, 2),
            null,
            null
        );

    private BallotSummary Read(DbDataReader row) =>
        new(
            sql.ReadGuid(row, 0),
            row.GetString(1),
            sql.Id(row, 2),
            row.GetString(3),
            row.GetString(4),
            row.GetString(5),
            row.GetString(6),
            row.Texts(7),
            row.GetInt32(8),
            row.GetInt32(9),
            row.GetString(10),
            row.Text(11),
            row.Text(12),
            row.Text(13),
            row.Int(14),
            sql.Time(row, 15),
            sql.Time(row, 16),
            sql.Time(row, 17)
        );

    /// <summary>What a person looks for: an id, or words of the question, the policy or the requester.</summary>
    private sealed record Filter(Guid? Id, IReadOnlyList<string> Conditions, IReadOnlyList<StatementParameter> Parameters)
    {
        public static Filter Of(string? words) =>
            Search.Pattern(words) is not { } pattern ? new(null, [], [])
            : Guid.TryParse(words, out var id) ? new(id, ["ballot_id = @named"], [("named", id, ColumnKind.Uuid)])
            : new(
                null,
                [Search.In("@words", "question", "policy", "requester", "coalesce(option, '')", "coalesce(outcome, '')")],
                [("words", pattern, ColumnKind.Text)]
            );
    }
}
