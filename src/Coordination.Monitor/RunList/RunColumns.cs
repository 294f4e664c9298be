using System.Data.Common;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>The columns of the list's table a <see cref="RunSummary"/> is read from.</summary>
internal static class RunColumns
{
    public const string All =
        "run_id, tenant, name, status, reason, requester, business_scope, accepted_at, updated_at, deadline_at, ended_at, failed_step, failed_detail, "
        + "steps_done, steps, retries, current_step, wait_kind, waits_for, wait_ends_at, in_doubt, stuck, agents, tokens, cost_micro_usd, version";

    /// <summary>Number of columns in <see cref="All"/>; what a query adds stands behind them.</summary>
    public const int Count = 26;

    public static RunSummary Read(SqlDialect sql, DbDataReader row) =>
        new(
            RunId: sql.ReadGuid(row, 0),
            Tenant: row.GetString(1),
            Name: row.GetString(2),
            Status: row.GetString(3),
            Reason: row.Text(4),
            Requester: row.GetString(5),
            BusinessScope: row.Text(6),
            StartedAt: sql.ReadTime(row, 7),
            UpdatedAt: sql.ReadTime(row, 8),
            DeadlineAt: sql.Time(row, 9),
            EndedAt: sql.Time(row, 10),
            FailedStep: row.Text(11),
            FailedDetail: row.Text(12),
            StepsDone: row.GetInt32(13),
            Steps: row.GetInt32(14),
            Retries: row.GetInt32(15),
            CurrentStep: row.Text(16),
            WaitKind: row.Text(17),
            WaitsFor: row.Text(18),
            WaitEndsAt: sql.Time(row, 19),
            InDoubt: row.GetBoolean(20),
            Stuck: row.Text(21),
            Agents: row.Texts(22),
            Tokens: row.GetInt64(23),
            CostMicroUsd: row.GetInt64(24),
            Version: row.GetInt64(25)
        );
}
