namespace Coordination.Persistence;

internal sealed class Timers(IUnitOfWorkFactory units, IOutboxRelay relay) : ITimers
{
    private readonly SqlDialect sql = units.Dialect;
    private readonly string outbox = units.Dialect.Table("outbox");

    public Task<IReadOnlyList<PendingTimer>> ListAsync(Guid? groupId, int limit, CancellationToken cancellationToken = default) =>
        units.QueryAsync(
            new Statement(
                $"""
                SELECT token, due_at, message_type, destination, group_id FROM {outbox}
                WHERE token IS NOT NULL AND handed_over_at IS NULL {(
                    groupId is null ? "" : "AND group_id = @group_id"
                )} ORDER BY due_at, id LIMIT @limit
                """,
                ("group_id", groupId, ColumnKind.Uuid),
                ("limit", limit, ColumnKind.Int64)
            ),
            reader => new PendingTimer(
                sql.ReadGuid(reader, 0),
                sql.ReadTime(reader, 1),
                reader.GetString(2),
                reader.GetString(3),
                reader.IsDBNull(4) ? null : sql.ReadGuid(reader, 4)
            ),
            cancellationToken
        );

    public async Task<bool> CancelAsync(Guid token, CancellationToken cancellationToken = default) =>
        await units.ExecuteAsync(
            new Statement($"DELETE FROM {outbox} WHERE token = @token AND handed_over_at IS NULL", ("token", token, ColumnKind.Uuid)),
            cancellationToken
        ) > 0;

    public async Task<bool> MoveAsync(Guid token, TimeSpan delay, CancellationToken cancellationToken = default)
    {
        var moved = await units.ExecuteAsync(
            new Statement(
                $"UPDATE {outbox} SET due_at = {sql.NowPlus("@delay")} WHERE token = @token AND handed_over_at IS NULL",
                ("token", token, ColumnKind.Uuid),
                ("delay", (long)delay.TotalMilliseconds, ColumnKind.Int64)
            ),
            cancellationToken
        );
        if (moved == 0)
        {
            return false;
        }

        // It may be due before the moment the sweep sleeps until.
        relay.TimerStored(delay);
        return true;
    }
}
