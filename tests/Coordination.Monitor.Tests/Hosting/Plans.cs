using Coordination.Contracts.V1;
using Coordination.Workers;

namespace Coordination.Monitor.Tests;

/// <summary>Plans of the tests.</summary>
internal static class Plans
{
    /// <summary>plan, then code and review side by side, then publish.</summary>
    public static RunPlan Review(string name, string code = "ok", string review = "ok", string publish = "ok") =>
        Plan.Named(name)
            .Step("plan", "planner", new Job { Do = "ok", Says = "secret-input" }, compensateWith: "planner")
            .Step("code", "coder", new Job { Do = code }, after: ["plan"], compensateWith: "coder")
            .Step("review", "critic", new Job { Do = review }, after: ["plan"])
            .Step("publish", "coder", new Job { Do = publish }, after: ["code", "review"]);
}
