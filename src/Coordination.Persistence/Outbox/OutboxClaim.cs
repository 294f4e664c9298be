namespace Coordination.Persistence;

/// <summary>
/// The statement that claims due rows, at a cost that does not depend on the size of the table:
/// 1. look at the rows that are due longest, a bounded number (<c>seen</c>);
/// 2. of each ordered group among them find the oldest row (<c>first</c>). Where it is not due (leased, postponed, on its way from memory) the group cannot
///    leave now; else walk from it in the order of the group, every group as far as its share of the claim (<c>walk</c>), whatever the order in which the
///    rows have become due;
/// 3. the turn of an unordered row is its due time, the turn of a group's rows that of the first of them to be due (<c>turns</c>);
/// 4. lock and take as many as wanted, passing over what another process is claiming (<c>due</c>);
/// 5. of each ordered group among these find the first older row that was not taken (<c>gap</c>), and let go what lies behind it.
/// Rows seen here can only vanish (delivered) while the statement runs, and a group's rows are committed in the order of their ids: what looks like a
/// head is one, without any lock that would make claims wait for each other.
/// </summary>
internal sealed class OutboxClaim
{
    /// <summary>Due rows looked at for each row wanted.</summary>
    private const int Width = 4;

    /// <summary>Rows tried for each row wanted: others may be claiming some of them at this moment.</summary>
    private const int Spare = 2;

    /// <summary>How long a row that is due and blocked stands aside when too many of them are in the way.</summary>
    private const int AsideMilliseconds = 100;

    public OutboxClaim(SqlDialect sql, string outbox, int limit)
    {
        var seen = limit * Width;
        const string Now = "(SELECT t FROM clock)";
        string Oldest(string of, string condition) =>
            $"""
                (SELECT p.id FROM {outbox} p WHERE p.group_id = {of}.group_id AND p.ordered AND {condition}
                    AND (p.handed_over_at IS NULL OR p.due_at <= {Now}) ORDER BY p.id LIMIT 1)
                """;

        // Limits stand in the text: for a parameter the planner expects a tenth of the table.
        var look = $"""
            WITH RECURSIVE clock AS MATERIALIZED (SELECT {sql.Now} AS t),
            seen AS MATERIALIZED (
                SELECT id, due_at, group_id, ordered FROM {outbox} WHERE due_at <= {Now} ORDER BY due_at, id LIMIT {seen}),
            oldest AS MATERIALIZED (
                SELECT g.group_id, g.turn, {Oldest("g", "p.id <= g.last")} AS id
                FROM (SELECT group_id, min(due_at) AS turn, max(id) AS last FROM seen WHERE ordered GROUP BY group_id) g),
            first AS MATERIALIZED (
                SELECT f.group_id, f.turn, p.id, p.due_at FROM oldest f JOIN {outbox} p ON p.id = f.id),
            """;
        Claim = $"""
            {look}
            share AS MATERIALIZED (
                SELECT CASE WHEN count(*) BETWEEN 1 AND {limit} THEN ({limit} + count(*) - 1) / count(*) ELSE 1 END AS rows_each FROM first WHERE due_at <= {Now}),
            walk (group_id, turn, id, n) AS (
                SELECT group_id, turn, id, 1 FROM first WHERE due_at <= {Now}
                UNION ALL
                SELECT w.group_id, w.turn, {Oldest("w", "p.id > w.id")}, w.n + 1
                FROM walk w WHERE w.id IS NOT NULL AND w.n < (SELECT rows_each FROM share)),
            turns AS MATERIALIZED (
                SELECT id, turn FROM (
                    SELECT id, due_at AS turn FROM seen WHERE NOT ordered UNION ALL SELECT id, turn FROM walk WHERE id IS NOT NULL) c
                ORDER BY turn, id LIMIT {limit * Spare}),
            due AS MATERIALIZED (
                SELECT o.id, o.group_id, o.ordered FROM turns t JOIN {outbox} o ON o.id = t.id
                WHERE o.due_at <= {Now} ORDER BY t.turn, t.id LIMIT {limit} {sql.ForUpdateSkipLocked}),
            gap AS MATERIALIZED (
                SELECT g.group_id, {Oldest("g", "p.id < g.last AND p.id NOT IN (SELECT id FROM due)")} AS id
                FROM (SELECT group_id, max(id) AS last FROM due WHERE ordered GROUP BY group_id) g)
            UPDATE {outbox} SET due_at = (SELECT {sql.NowPlus("@lease")}), handed_over_at = NULL
            WHERE id IN (SELECT d.id FROM due d LEFT JOIN gap ON d.ordered AND gap.group_id = d.group_id WHERE gap.id IS NULL OR d.id < gap.id)
            RETURNING id, attempts, ordered, token, COALESCE(expires_at <= {Now}, false), {StoredMessage.Columns}
            """;
        Aside = $"""
            {look}
            blocked AS MATERIALIZED (
                SELECT o.id FROM seen s JOIN first a ON s.ordered AND a.group_id = s.group_id AND a.id < s.id AND a.due_at > {Now}
                JOIN {outbox} o ON o.id = s.id WHERE o.due_at <= {Now} {sql.ForUpdateSkipLocked})
            UPDATE {outbox} SET due_at = (SELECT {sql.NowPlus($"{AsideMilliseconds}")})
            WHERE id IN (SELECT id FROM blocked) AND (SELECT count(*) FROM seen) = {seen}
            """;
    }

    /// <summary>Takes the lease in milliseconds; returns id, attempts, ordered, token, whether expired, and the stored message.</summary>
    public string Claim { get; }

    /// <summary>
    /// When all that is looked at is due and more waits behind it, those that are blocked stand aside for a moment. Else one long group whose head is
    /// stuck would hide everything behind it.
    /// </summary>
    public string Aside { get; }
}
