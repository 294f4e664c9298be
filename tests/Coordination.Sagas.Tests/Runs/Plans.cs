using System.Text.Json;
using Coordination.Contracts.V1;
using Coordination.Sagas.Runs;

namespace Coordination.Sagas.Tests.Runs;

/// <summary>Plans in one line each.</summary>
internal static class Plans
{
    public const string Agent = "worker";

    public static RunPlan Of(params PlanStep[] steps) => new() { Name = "test", Steps = steps };

    public static PlanStep Step(string id, params string[] after) =>
        new()
        {
            Id = id,
            AgentType = Agent,
            DependsOn = after.Length == 0 ? null : after,
        };

    public static PlanStep Undoable(string id, params string[] after) =>
        Step(id, after) with
        {
            Compensation = new CompensationPlan { AgentType = Agent },
        };

    public static RetryPolicy Attempts(int count) => new() { MaxAttempts = count };

    public static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement.Clone();

    public static SubmitRun Submit(this RunPlan plan) =>
        new()
        {
            RunId = Guid.Parse("11111111-1111-4111-8111-111111111111"),
            Plan = plan,
            Requester = "tester",
        };

    public static IReadOnlyList<Problem> Problems(this RunPlan plan, RunLimits? limits = null) =>
        PlanCheck.Check(plan, [Agent, "refund", "mail"], limits ?? new RunLimits());
}
