using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>
/// The table <c>effect_journal</c>. An append is one statement: it holds the claim against a takeover, numbers the record and binds it to the one before. Two processes
/// that append to one run at the same moment get the same number; the database lets one of them through and the other tries again. An attempt is over for the journal as
/// soon as a later one of its step is claimed: two attempts never act for one step.
/// </summary>
internal sealed class JournalStore(IUnitOfWorkFactory units, WorkerIdentity identity)
{
    /// <summary>Rolls back an append of somebody whose claim was taken over.</summary>
    public const string Fenced = "the claim was taken over (FENCED)";

    private readonly SqlDialect sql = units.Dialect;
    private readonly string table = units.Dialect.Table("effect_journal");
    private readonly string claims = units.Dialect.Table("step_claim");
    private readonly string held = Failpoint.IsBroken(PlantedBugs.NoFence)
        ? "id = @claim"
        : "id = @claim AND epoch = @epoch AND owner = @worker AND state = 'open'";

    /// <summary>Adds a record to the unit of work. The whole unit fails with <see cref="Fenced"/> when the claim is not ours any more.</summary>
    public void Append(IUnitOfWork work, StepClaim claim, JournalRecord record)
    {
        record = record with { Worker = identity.Owner };
        var digest = JournalChain.Digest(record);
        work.Execute(
            new Statement(
                $"""
                INSERT INTO {table} ({JournalReader.Columns})
                SELECT @run, COALESCE(l.seq, 0) + 1, @kind, @step, @compensating, @attempt, @epoch, @worker, @at, @definition, @tool, @class, @key, @args_hash, @args,
                  @status, @result, @code, @detail, @retry_at, @model, @input_tokens, @output_tokens, @cost, @duration, @trace,
                  {sql.Chain("COALESCE(l.hash, @start)", "COALESCE(l.seq, 0) + 1", "@digest")}
                FROM (SELECT id FROM {claims} WHERE {held} {sql.ForShare}) AS c
                LEFT JOIN (SELECT seq, hash FROM {table} WHERE run_id = @run ORDER BY seq DESC LIMIT 1) AS l ON TRUE
                WHERE NOT EXISTS (SELECT 1 FROM {claims} AS n WHERE n.run_id = @run AND n.step_id = @step AND n.attempt > @attempt)
                """,
                [
                    .. Values(record),
                    ("claim", claim.Id, ColumnKind.Uuid),
                    ("start", JournalChain.Start, ColumnKind.Bytes),
                    ("digest", digest, ColumnKind.Bytes),
                ]
            )
            {
                MustAffect = Fenced,
            }
        );
    }

    private static StatementParameter[] Values(JournalRecord record) =>
        [
            ("run", record.RunId, ColumnKind.Uuid),
            ("kind", record.Kind, ColumnKind.Text),
            ("step", record.StepId, ColumnKind.Text),
            ("compensating", record.Compensating, ColumnKind.Bool),
            ("attempt", record.Attempt, ColumnKind.Int32),
            ("epoch", record.Epoch, ColumnKind.Int64),
            ("worker", record.Worker, ColumnKind.Text),
            ("at", record.At, ColumnKind.Time),
            ("definition", record.Definition, ColumnKind.Text),
            ("tool", record.Tool, ColumnKind.Text),
            ("class", record.Class, ColumnKind.Text),
            ("key", record.Key, ColumnKind.Text),
            ("args_hash", record.ArgsHash, ColumnKind.Text),
            ("args", record.Args, ColumnKind.Bytes),
            ("status", record.Status, ColumnKind.Text),
            ("result", record.Result, ColumnKind.Bytes),
            ("code", record.Code, ColumnKind.Text),
            ("detail", record.Detail, ColumnKind.Text),
            ("retry_at", record.RetryAt, ColumnKind.Time),
            ("model", record.Model, ColumnKind.Text),
            ("input_tokens", record.InputTokens, ColumnKind.Int64),
            ("output_tokens", record.OutputTokens, ColumnKind.Int64),
            ("cost", record.CostMicroUsd, ColumnKind.Int64),
            ("duration", record.DurationMs, ColumnKind.Int64),
            ("trace", record.TraceId, ColumnKind.Text),
        ];
}
