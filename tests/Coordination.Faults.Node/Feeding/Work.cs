using System.Buffers.Binary;
using System.Security.Cryptography;
using Coordination.Contracts.V1;
using Coordination.Faults.Node.Agents;
using Coordination.Workers;

namespace Coordination.Faults.Node.Feeding;

/// <summary>
/// The runs of a seed: number, key and kind follow from it, so that a feeder that was killed goes on with the same work. Of a hundred: twenty falter
/// once after their effect, one fails for good, twelve have five steps, one is poison.
/// </summary>
internal sealed record Work(Guid RunId, string Kind, RunPlan Plan)
{
    public static readonly string[] AgentTypes = ["alpha", "beta", "gamma", "delta"];

    /// <summary>Innocent steps survive what is done to their processes and queues; what fails on purpose is bounded by itself.</summary>
    private static readonly RetryPolicy Patient = new()
    {
        MaxAttempts = 20,
        BaseDelayMs = 50,
        MaxDelayMs = 1_000,
    };

    private static readonly RetryPolicy Twice = new()
    {
        MaxAttempts = 2,
        BaseDelayMs = 50,
        MaxDelayMs = 200,
    };

    private static readonly TimeSpan StepTime = TimeSpan.FromSeconds(8);

    public static Work Number(long index, int seed, int killerEvery)
    {
        Span<byte> bytes = stackalloc byte[32];
        Span<byte> name = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(name, index);
        BinaryPrimitives.WriteInt32LittleEndian(name[8..], seed);
        SHA256.HashData(name, bytes);
        var (runId, draw) = (new Guid(bytes[..16]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]));
        var kind =
            killerEvery > 0 && index % killerEvery == killerEvery / 2 ? "poison-dies"
            : index % 500 == 499 ? "too-large"
            : index % 1_000 == 250 ? "poison-hangs"
            : (draw % 100) switch
            {
                < 20 => "one-falters",
                20 => "one-fails",
                21 => "poison-throws",
                22 => "chain-undone",
                23 => "chain-times-out",
                < 34 => "chain",
                _ => "one",
            };
        return new Work(runId, kind, PlanOf(kind, index));
    }

    private static RunPlan PlanOf(string kind, long index)
    {
        var plan = Coordination.Workers.Plan.Named(kind).Within(TimeSpan.FromMinutes(10));
        return kind switch
        {
            "one" => One("act"),
            "one-falters" => One("falter", until: 1),
            "one-fails" => One("fail"),
            "poison-throws" => One("throw"),
            "poison-dies" => One("die"),
            "poison-hangs" => One("hang deaf", timeout: TimeSpan.FromMilliseconds(500), retry: Twice),
            "too-large" => plan.Step("only", TypeOf(0), new { Do = new string('x', 300_000) }),
            "chain" => Chain(("act", 0), Patient),
            "chain-undone" => Chain(("fail", 0), Patient),
            "chain-times-out" => index % 2 == 0 ? Chain(("hang", 1), Patient) : Chain(("hang", 99), Twice),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind of work."),
        };

        string TypeOf(int step) => AgentTypes[(index + step) % AgentTypes.Length];

        PlanBuilder One(string act, int until = 0, TimeSpan? timeout = null, RetryPolicy? retry = null) =>
            plan.Step("only", TypeOf(0), new Job(act, until), timeout: timeout ?? StepTime, retry: retry ?? Patient);

        PlanBuilder Chain((string Act, int Until) fourth, RetryPolicy retry)
        {
            for (var i = 1; i <= 5; i++)
            {
                var act = i == 4 ? fourth : ("act", 0);
                plan.Step(
                    $"s{i}",
                    TypeOf(i),
                    new Job(act.Item1, act.Item2),
                    after: i == 1 ? [] : [$"s{i - 1}"],
                    timeout: act.Item1 == "hang" ? TimeSpan.FromMilliseconds(500) : StepTime,
                    retry: i == 4 ? retry : Patient,
                    compensateWith: TypeOf(i)
                );
            }

            return plan;
        }
    }
}
