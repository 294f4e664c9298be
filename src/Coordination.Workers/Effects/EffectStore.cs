using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>
/// The table <c>effect</c>: one row per key, so that two processes cannot both do it; and <c>effect_guard</c>: one row per business effect, so that two steps or
/// runs cannot. Rows change only together with a record of the journal.
/// </summary>
internal sealed class EffectStore(IUnitOfWorkFactory units)
{
    /// <summary>Rolls back a first intent whose key exists.</summary>
    public const string KeyExists = "the effect's key exists";

    /// <summary>Rolls back a change of a row that another one has changed.</summary>
    public const string Changed = "the effect was changed by another process";

    /// <summary>Rolls back an intent whose business effect another step has.</summary>
    public const string Guarded = "the same business effect was made or is under way";

    private readonly SqlDialect sql = units.Dialect;
    private readonly string effects = units.Dialect.Table("effect");
    private readonly string guards = units.Dialect.Table("effect_guard");

    /// <summary>The key is ours from now on.</summary>
    public void Reserve(IUnitOfWork work, StepClaim claim, EffectIntent intent)
    {
        work.Execute(
            new Statement(
                $"""
                INSERT INTO {effects} (tenant, effect_key, run_id, step_id, compensating, tool, class, scope, args_hash, status, calls, version, created_at, changed_at)
                VALUES (@tenant, @key, @run, @step, @compensating, @tool, @class, @scope, @args_hash, 'open', 1, 1, {sql.Now}, {sql.Now})
                ON CONFLICT (tenant, effect_key) DO NOTHING
                """,
                Tenant(claim),
                ("key", intent.Key, ColumnKind.Text),
                ("run", claim.Work.RunId, ColumnKind.Uuid),
                ("step", claim.Work.StepId, ColumnKind.Text),
                ("compensating", claim.Work.Compensating, ColumnKind.Bool),
                ("tool", intent.Tool.Id, ColumnKind.Text),
                ("class", Words.Of(intent.Tool.Class), ColumnKind.Text),
                ("scope", intent.ScopeText, ColumnKind.Text),
                ("args_hash", intent.ArgsHash, ColumnKind.Text)
            )
            {
                MustAffect = KeyExists,
            }
        );
        Guard(work, claim, intent);
    }

    /// <summary>Another status; <paramref name="version"/> is the one it had.</summary>
    public void Change(IUnitOfWork work, StepClaim claim, EffectIntent intent, EffectStatus status, bool isCall, int version)
    {
        work.Execute(
            new Statement(
                $"""
                UPDATE {effects} SET status = @status, calls = calls + @calls, version = version + 1, changed_at = {sql.Now}
                WHERE tenant = @tenant AND effect_key = @key AND version = @version
                """,
                Tenant(claim),
                ("key", intent.Key, ColumnKind.Text),
                ("status", Words.Of(status), ColumnKind.Text),
                ("calls", isCall ? 1 : 0, ColumnKind.Int32),
                ("version", version, ColumnKind.Int32)
            )
            {
                MustAffect = Changed,
            }
        );
        if (isCall)
        {
            Guard(work, claim, intent);
        }
        else if (intent.Guard is not null && status is EffectStatus.Failed or EffectStatus.NotDone)
        {
            // It was certainly not done: whoever else wants it may.
            work.Execute(
                new Statement(
                    $"DELETE FROM {guards} WHERE tenant = @tenant AND guard = @guard AND effect_key = @key",
                    Tenant(claim),
                    ("guard", intent.Guard, ColumnKind.Text),
                    ("key", intent.Key, ColumnKind.Text)
                )
            );
        }
    }

    /// <summary>Who has the business effect; null when nobody has.</summary>
    public async Task<(Guid RunId, string StepId, DateTimeOffset Until)?> HolderAsync(
        string tenant,
        string guard,
        CancellationToken cancellationToken
    )
    {
        var rows = await units.QueryAsync(
            new Statement(
                $"SELECT run_id, step_id, held_until FROM {guards} WHERE tenant = @tenant AND guard = @guard",
                ("tenant", tenant, ColumnKind.Text),
                ("guard", guard, ColumnKind.Text)
            ),
            row => (sql.ReadGuid(row, 0), row.GetString(1), sql.ReadTime(row, 2)),
            cancellationToken
        );
        return rows.Count == 0 ? null : rows[0];
    }

    private void Guard(IUnitOfWork work, StepClaim claim, EffectIntent intent)
    {
        if (intent.Guard is null)
        {
            return;
        }

        work.Execute(
            new Statement(
                $"""
                INSERT INTO {guards} AS g (tenant, guard, effect_key, tool, run_id, step_id, held_until)
                VALUES (@tenant, @guard, @key, @tool, @run, @step, {sql.NowPlus("@window")})
                ON CONFLICT (tenant, guard) DO UPDATE SET effect_key = excluded.effect_key, run_id = excluded.run_id, step_id = excluded.step_id,
                  held_until = excluded.held_until
                WHERE g.held_until <= {sql.Now} OR g.effect_key = excluded.effect_key
                """,
                Tenant(claim),
                ("guard", intent.Guard, ColumnKind.Text),
                ("key", intent.Key, ColumnKind.Text),
                ("tool", intent.Tool.Id, ColumnKind.Text),
                ("run", claim.Work.RunId, ColumnKind.Uuid),
                ("step", claim.Work.StepId, ColumnKind.Text),
                ("window", (long)intent.Tool.OncePer!.Value.TotalMilliseconds, ColumnKind.Int64)
            )
            {
                MustAffect = Guarded,
            }
        );
    }

    private static StatementParameter Tenant(StepClaim claim) => ("tenant", claim.Envelope.Tenant, ColumnKind.Text);
}

/// <summary>Enum members as they are stored.</summary>
internal static class Words
{
    public static string Of<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
