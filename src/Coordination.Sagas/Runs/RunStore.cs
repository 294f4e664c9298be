using System.Globalization;
using System.Text;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;

namespace Coordination.Sagas.Runs;

/// <summary>The tables beside the run's row: history, business scopes, refusals, and the agent types a plan may name.</summary>
internal sealed class RunStore(SqlDialect sql, RunsOptions options, Func<IEnumerable<string>> localAgentTypes)
{
    private volatile HashSet<string> met = new HashSet<string>(StringComparer.Ordinal);
    private readonly string readTypes = $"SELECT agent_type FROM {sql.Table("agent_type")}";
    private readonly string readScope =
        $"SELECT run_id FROM {sql.Table("run_scope")} WHERE tenant = @tenant AND requester = @requester AND scope = @scope";
    private readonly string takeScope =
        $"INSERT INTO {sql.Table("run_scope")} (tenant, requester, scope, run_id) VALUES (@tenant, @requester, @scope, @run)";
    private readonly string releaseScope =
        $"DELETE FROM {sql.Table("run_scope")} WHERE tenant = @tenant AND requester = @requester AND scope = @scope AND run_id = @run";
    private readonly string join =
        $"INSERT INTO {sql.Table("run_join")} (run_id, joined_run_id, at) VALUES (@run, @joined, {sql.Now}) ON CONFLICT (run_id) DO NOTHING";
    private readonly string refuse =
        $"INSERT INTO {sql.Table("run_rejection")} (message_id, run_id, tenant, at, reason, problems) "
        + $"VALUES (@message, @run, @tenant, {sql.Now}, @reason, @problems)";
    private readonly string append =
        $"INSERT INTO {sql.Table("run_history")} (run_id, seq, at, type, step_id, attempt, message_id, causation_id, data) VALUES ";

    /// <summary>
    /// The agent types there are. A type that was announced once stays known, so the table is read only for a plan that names one this process has not met
    /// yet: a read inside the unit of work would keep it out of the group commit.
    /// </summary>
    public async ValueTask<IReadOnlyCollection<string>> KnownAgentTypesAsync(
        IUnitOfWork work,
        RunPlan plan,
        CancellationToken cancellationToken
    )
    {
        if (
            plan.Steps.All(step =>
                IsMet(step.AgentType) && (step.Electorate ?? []).All(IsMet) && (step.Compensation is not { } undo || IsMet(undo.AgentType))
            )
        )
        {
            return met;
        }

        var announced = await work.QueryAsync(new Statement(readTypes), row => row.GetString(0), cancellationToken);
        // Agents of this very process are known before their announcement has been handled.
        met = announced.Concat(options.AgentTypes).Concat(localAgentTypes()).ToHashSet(StringComparer.Ordinal);
        return met;
    }

    private bool IsMet(string? agentType) => agentType is not null && met.Contains(agentType);

    /// <summary>The unfinished run of a requester and scope.</summary>
    public async ValueTask<Guid?> RunOfScopeAsync(
        IUnitOfWork work,
        string tenant,
        string requester,
        string scope,
        CancellationToken cancellationToken
    )
    {
        var statement = new Statement(
            readScope,
            ("tenant", tenant, ColumnKind.Text),
            ("requester", requester, ColumnKind.Text),
            ("scope", scope, ColumnKind.Text)
        );
        return await work.QueryAsync(statement, row => sql.ReadGuid(row, 0), cancellationToken) is [var run, ..] ? run : null;
    }

    /// <summary>Two submissions at once: the later one fails on the key, is tried again and joins.</summary>
    public void TakeScope(IUnitOfWork work, string tenant, string requester, string scope, Guid runId) =>
        work.Execute(Scope(takeScope, tenant, requester, scope, runId));

    public void ReleaseScope(IUnitOfWork work, string tenant, string requester, string scope, Guid runId) =>
        work.Execute(Scope(releaseScope, tenant, requester, scope, runId));

    public void Joined(IUnitOfWork work, Guid runId, Guid joined) =>
        work.Execute(new Statement(join, ("run", runId, ColumnKind.Uuid), ("joined", joined, ColumnKind.Uuid)));

    public void Refused(IUnitOfWork work, Guid runId, Envelope cause, IReadOnlyList<Problem> problems) =>
        work.Execute(
            new Statement(
                refuse,
                ("message", cause.MessageId, ColumnKind.Uuid),
                ("run", runId, ColumnKind.Uuid),
                ("tenant", cause.Tenant, ColumnKind.Text),
                ("reason", problems[0].Code, ColumnKind.Text),
                ("problems", JsonSerializer.Serialize(problems, RunJson.Default.IReadOnlyListProblem), ColumnKind.Text)
            )
        );

    /// <summary>All entries of a decision in one statement.</summary>
    public void Append(IUnitOfWork work, Guid runId, Envelope cause, IReadOnlyList<HistoryEntry> entries)
    {
        if (entries.Count == 0)
            return;
        var text = new StringBuilder(append);
        var parameters = new List<StatementParameter>(3 + (5 * entries.Count))
        {
            ("run", runId, ColumnKind.Uuid),
            ("message", cause.MessageId, ColumnKind.Uuid),
            ("causation", cause.CausationId, ColumnKind.Uuid),
        };
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            var data = entry.Data.Count == 0 ? null : JsonSerializer.Serialize(entry.Data, RunJson.Default.IReadOnlyDictionaryStringString);
            text.Append(
                CultureInfo.InvariantCulture,
                $"{(i == 0 ? "" : ", ")}(@run, @q{i}, {sql.Now}, @t{i}, @s{i}, @a{i}, @message, @causation, @d{i})"
            );
            parameters.Add(($"q{i}", entry.Sequence, ColumnKind.Int32));
            parameters.Add(($"t{i}", entry.Type, ColumnKind.Text));
            parameters.Add(($"s{i}", entry.StepId, ColumnKind.Text));
            parameters.Add(($"a{i}", entry.Attempt, ColumnKind.Int32));
            parameters.Add(($"d{i}", data, ColumnKind.Text));
        }
        work.Execute(new Statement(text.ToString(), [.. parameters]));
    }

    private static Statement Scope(string text, string tenant, string requester, string scope, Guid runId) =>
        new(
            text,
            ("tenant", tenant, ColumnKind.Text),
            ("requester", requester, ColumnKind.Text),
            ("scope", scope, ColumnKind.Text),
            ("run", runId, ColumnKind.Uuid)
        );
}
