using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>
/// The table <c>decision_use</c>: one row per decision that was used, so that it cannot be used twice; written with the intent of the effect and never removed, because a
/// decision without its use could be used again. And <c>ballot_decision</c>, which the ballots' module writes and which is only read here; a database without ballots
/// has none.
/// </summary>
internal sealed class DecisionStore(IUnitOfWorkFactory units)
{
    /// <summary>Rolls back an intent whose decision is used, or not there any more.</summary>
    public const string Refused = "the decision does not allow the effect";

    private readonly SqlDialect sql = units.Dialect;
    private readonly string decisions = units.Dialect.Table("ballot_decision");
    private readonly string uses = units.Dialect.Table("decision_use");
    private bool exists;

    public async Task<(BallotDecision? Decision, DecisionUse? Use)> FindAsync(Guid ballotId, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(cancellationToken))
        {
            return default;
        }

        var rows = await units.QueryAsync(
            new Statement(
                $"""
                SELECT d.tenant, d.outcome, d.option, d.arguments_hash, d.tier, d.policy, d.run_id, d.step_id, u.effect_key, u.run_id, u.step_id, u.used_at
                FROM (SELECT @ballot AS ballot_id) AS b
                LEFT JOIN {decisions} AS d ON d.ballot_id = b.ballot_id
                LEFT JOIN {uses} AS u ON u.ballot_id = b.ballot_id
                """,
                ("ballot", ballotId, ColumnKind.Uuid)
            ),
            row =>
                (
                    row.IsDBNull(0)
                        ? null
                        : new BallotDecision(
                            row.GetString(0),
                            row.GetString(1),
                            row.IsDBNull(2) ? null : row.GetString(2),
                            row.IsDBNull(3) ? null : Convert.ToHexStringLower(row.GetFieldValue<byte[]>(3)),
                            row.GetString(4),
                            row.GetString(5),
                            row.IsDBNull(6) ? null : sql.ReadGuid(row, 6),
                            row.IsDBNull(7) ? null : row.GetString(7)
                        ),
                    row.IsDBNull(8)
                        ? null
                        : new DecisionUse(row.GetString(8), sql.ReadGuid(row, 9), row.GetString(10), sql.ReadTime(row, 11))
                ),
            cancellationToken
        );
        return rows[0];
    }

    /// <summary>
    /// Adds to the unit of work: the decision is used by this effect. The conditions are those of <see cref="DecisionRules"/>, so that nothing that happens between look and
    /// commit is missed; of two effects at the same moment one waits for the other and is refused.
    /// </summary>
    public void Redeem(IUnitOfWork work, StepClaim claim, EffectIntent intent) =>
        work.Execute(
            new Statement(
                $"""
                INSERT INTO {uses} AS u (ballot_id, effect_key, run_id, step_id, used_at)
                SELECT d.ballot_id, @key, @run, @step, {sql.Now} FROM {decisions} AS d
                WHERE d.ballot_id = @ballot AND d.tenant = @tenant AND d.option = @option AND d.arguments_hash = @args_hash AND d.tier >= @tier
                  AND (d.run_id IS NULL OR (d.run_id = @run AND d.step_id = @step)) AND d.policy = COALESCE(@policy, d.policy)
                ON CONFLICT (ballot_id) DO UPDATE SET effect_key = excluded.effect_key WHERE u.effect_key = excluded.effect_key
                """,
                ("ballot", intent.Decision!.BallotId, ColumnKind.Uuid),
                ("tenant", claim.Envelope.Tenant, ColumnKind.Text),
                ("option", intent.Decision.Option, ColumnKind.Text),
                ("args_hash", Convert.FromHexString(intent.ArgsHash), ColumnKind.Bytes),
                ("tier", intent.Tool.Tier ?? DecisionRules.LowestTier, ColumnKind.Text),
                ("policy", intent.Tool.Policy, ColumnKind.Text),
                ("key", intent.Key, ColumnKind.Text),
                ("run", claim.Work.RunId, ColumnKind.Uuid),
                ("step", claim.Work.StepId, ColumnKind.Text)
            )
            {
                MustAffect = Refused,
            }
        );

    /// <summary>Asked before the table is named in a statement: on PostgreSQL a statement about a missing table breaks everything beside it.</summary>
    private async Task<bool> ExistsAsync(CancellationToken cancellationToken) =>
        exists =
            exists
            || (
                await units.QueryAsync(
                    new Statement(
                        sql.IsEmbedded
                            ? "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = @name)"
                            : "SELECT to_regclass(@name) IS NOT NULL",
                        ("name", decisions, ColumnKind.Text)
                    ),
                    row => row.GetBoolean(0),
                    cancellationToken
                )
            )[0];
}
