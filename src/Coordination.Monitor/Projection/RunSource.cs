using System.Data.Common;
using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>What the list's row is made from: the run's own row, the state of its steps, sums over history and journal.</summary>
internal sealed record RunSource
{
    public const string Columns =
        "run_id, row_version, tenant, name, status, reason, requester, business_scope, accepted_at, deadline_at, ended_at, failed_step, steps, trace_parent";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public required Guid RunId { get; init; }
    public required string Tenant { get; init; }
    public required string Name { get; init; }
    public required string Status { get; init; }
    public required string? Reason { get; init; }
    public required string Requester { get; init; }
    public required string? BusinessScope { get; init; }
    public required DateTimeOffset AcceptedAt { get; init; }
    public required DateTimeOffset DeadlineAt { get; init; }
    public required DateTimeOffset? EndedAt { get; init; }
    public required string? FailedStep { get; init; }
    public required IReadOnlyList<SourceStep> Steps { get; init; }

    /// <summary>W3C trace parent of the submission.</summary>
    public required string? TraceParent { get; init; }

    public string? TraceId => TraceParent?.Split('-') is [_, { Length: 32 } trace, ..] ? trace : null;

    public static RunSource Read(SqlDialect sql, DbDataReader row) =>
        new()
        {
            RunId = sql.ReadGuid(row, 0),
            Tenant = row.GetString(2),
            Name = row.GetString(3),
            Status = row.GetString(4),
            Reason = row.Text(5),
            Requester = row.GetString(6),
            BusinessScope = row.Text(7),
            AcceptedAt = sql.ReadTime(row, 8),
            DeadlineAt = sql.ReadTime(row, 9),
            EndedAt = sql.Time(row, 10),
            FailedStep = row.Text(11),
            Steps = JsonSerializer.Deserialize<List<SourceStep>>(row.GetString(12), Json) ?? [],
            TraceParent = row.Text(13),
        };
}

/// <summary>A step as its run's row has it, as far as the list needs it.</summary>
internal sealed record SourceStep(
    string Id,
    string AgentType,
    string Status,
    string? Detail,
    string? WaitingOn,
    DateTimeOffset? WaitEndsAt,
    bool InDoubt
);

/// <summary>What is summed over a run's history and journal.</summary>
internal sealed record RunSums(DateTimeOffset? LastAt, int Retries, long Tokens, long CostMicroUsd)
{
    public static RunSums None { get; } = new(null, 0, 0, 0);
}
