using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Turns a filter into the targets it means, once, as of a time.</summary>
internal sealed class OperationSelection(IUnitOfWorkFactory units)
{
    /// <summary>Targets of one operation at most.</summary>
    public const int Most = 100_000;

    private readonly SqlDialect sql = units.Dialect;

    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) =>
        (await units.QueryAsync(new Statement($"SELECT {sql.Now}"), row => sql.ReadTime(row, 0), cancellationToken))[0];

    public async Task<IReadOnlyList<OperationTarget>> TargetsAsync(
        OperationRequest request,
        DateTimeOffset asOf,
        CancellationToken cancellationToken
    ) =>
        request.Select is not { } select ? request.Targets!
        : select.IsOfLetters ? await LettersAsync(select, asOf, cancellationToken)
        : await RunsAsync(select.Query!, asOf, cancellationToken);

    private Task<IReadOnlyList<OperationTarget>> LettersAsync(
        OperationSelect select,
        DateTimeOffset asOf,
        CancellationToken cancellationToken
    ) =>
        units.QueryAsync(
            new Statement(
                $"""
                SELECT id FROM {sql.Table("dead_letter")} WHERE state = 'open' AND parked_at <= @as_of
                    {(select.Reason is null ? "" : "AND reason = @reason")} {(select.Type is null ? "" : "AND message_type = @type")}
                    {(select.Run is null ? "" : "AND group_id = @run")} ORDER BY id LIMIT @limit
                """,
                ("as_of", asOf, ColumnKind.Time),
                ("reason", select.Reason, ColumnKind.Text),
                ("type", select.Type, ColumnKind.Text),
                ("run", select.Run, ColumnKind.Uuid),
                ("limit", Most, ColumnKind.Int32)
            ),
            row => new OperationTarget { Letter = row.GetInt64(0) },
            cancellationToken
        );

    private Task<IReadOnlyList<OperationTarget>> RunsAsync(string query, DateTimeOffset asOf, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{query} {asOf} {cancellationToken.CanBeCanceled}");
}
