using System.Buffers.Binary;
using System.Security.Cryptography;
using Coordination.Contracts.V1;
using Coordination.Faults.Node.Feeding;

namespace Coordination.Faults.Node.Matrix;

/// <summary>
/// The runs of the crash matrix. Of a hundred: thirty have one step, fifteen one that falters, twenty two steps, thirty-five two steps and a third that fails, so
/// that both are undone.
/// </summary>
internal static class MatrixWork
{
    public const string AgentType = "actor";

    private static readonly TimeSpan StepTime = TimeSpan.FromSeconds(60);

    private static readonly RetryPolicy Patient = new()
    {
        MaxAttempts = 20,
        BaseDelayMs = 50,
        MaxDelayMs = 500,
    };

    public static Work Number(long index, int seed)
    {
        Span<byte> bytes = stackalloc byte[32];
        Span<byte> name = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(name, index);
        BinaryPrimitives.WriteInt32LittleEndian(name[8..], seed);
        SHA256.HashData(name, bytes);
        var kind = (BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]) % 100) switch
        {
            < 30 => "one",
            < 45 => "falters",
            < 65 => "two",
            _ => "undone",
        };
        return new Work(new Guid(bytes[..16]), kind, PlanOf(kind));
    }

    private static RunPlan PlanOf(string kind)
    {
        var plan = Coordination.Workers.Plan.Named(kind).Within(TimeSpan.FromHours(2));
        Step("s1", kind == "falters" ? "falter" : "act", after: null);
        if (kind is "two" or "undone")
        {
            Step("s2", "act", after: "s1");
        }

        if (kind == "undone")
        {
            Step("s3", "fail", after: "s2");
        }

        return plan;

        void Step(string id, string act, string? after) =>
            plan.Step(
                id,
                AgentType,
                new Act(act),
                after: after is null ? [] : [after],
                timeout: StepTime,
                retry: Patient,
                compensateWith: AgentType
            );
    }
}
