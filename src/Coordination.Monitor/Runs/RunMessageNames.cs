using System.Security.Cryptography;
using System.Text;
using Coordination.Contracts;

namespace Coordination.Monitor;

/// <summary>Which message made entries of a history happen, from what the first of them says. Pure.</summary>
internal static class RunMessageNames
{
    private const string Timer = "run.timer-due.v1";
    private static readonly Dictionary<string, string> ByType = ContractCatalog.All.ToDictionary(
        contract => contract.Type.Name,
        contract => contract.Id,
        StringComparer.Ordinal
    );

    /// <summary>The contract of the message that made an entry happen; the entry is the first one of the message.</summary>
    public static string Of(RunEvent entry) =>
        entry.Event switch
        {
            "accepted" or "joined" => "run.submit.v1",
            "step-completed" => "step.completed.v1",
            "question-asked" => "step.input-required.v1",
            "question-answered" => "step.input-answered.v1",
            "ballot-decided" => "run.ballot-decided.v1",
            "cancel-requested" => "run.cancel.v1",
            "step-compensated" => "step.compensated.v1",
            "step-retry" or "step-failed" or "compensation-retry" or "compensation-failed" or "step-stopped" => IsTimeout(entry)
                ? Timer
                : "step.failed.v1",
            "stale" => entry.Detail.TryGetValue("message", out var type) && ByType.TryGetValue(type, out var id) ? id : "message",
            _ => Timer,
        };

    public static bool IsTimer(string contract) => contract == Timer;

    /// <summary>An id for a message that is known to have been sent but whose own id nothing has told yet. The same every time.</summary>
    public static Guid Derived(Guid runId, string what) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{runId:N}/{what}")).AsSpan(0, 16));

    /// <summary>The ids of the orders that were answered, by step and attempt: an answer says what caused it.</summary>
    public static IReadOnlyDictionary<(string StepId, int Attempt), Guid> Orders(IEnumerable<RunEvent> history)
    {
        var orders = new Dictionary<(string, int), Guid>();
        foreach (var entry in history)
        {
            if (
                entry is { StepId: { } step, Attempt: { } attempt, CausationId: { } cause }
                && Of(entry) is "step.completed.v1" or "step.failed.v1" or "step.input-required.v1" or "step.compensated.v1"
            )
                orders.TryAdd((entry.StepId!, entry.Attempt!.Value), entry.CausationId!.Value);
        }
        return orders;
    }

    // The run's own clock gave the attempt up: no worker said so.
    private static bool IsTimeout(RunEvent entry) =>
        entry.Detail.GetValueOrDefault("reason") == ReasonCode.DeadlineExceeded && !entry.Detail.ContainsKey("incident");
}
