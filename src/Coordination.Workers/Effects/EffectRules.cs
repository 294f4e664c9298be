using Coordination.Contracts;

namespace Coordination.Workers;

/// <summary>What to do about an effect an agent asks for.</summary>
internal enum EffectMove
{
    /// <summary>Write the intent, make the call.</summary>
    Call,

    /// <summary>Return what it returned the first time.</summary>
    Replay,

    /// <summary>It has failed for good: say so again, without a call.</summary>
    Refuse,

    /// <summary>The key stands for another effect: nothing is done.</summary>
    Conflict,

    /// <summary>Ask the target what became of it.</summary>
    Probe,

    /// <summary>Ask a person what became of it.</summary>
    Park,
}

/// <summary>What a person said about an effect in doubt.</summary>
internal enum EffectVerdict
{
    Happened,
    DidNotHappen,

    /// <summary>Give the step up and undo what the run has done.</summary>
    Compensate,
}

/// <summary>
/// The recovery table: what is done about an effect, by its class and what the journal tells of it. The one place that decides whether something outside is
/// repeated. Pure.
/// <list type="table">
/// <item><term>no record</term><description>call</description></item>
/// <item><term>other arguments under the key</term><description>conflict, nothing is called</description></item>
/// <item><term>done</term><description>the first result again</description></item>
/// <item><term>failed for good</term><description>the failure again</description></item>
/// <item><term>not done, may be tried again; a person or probe says it was not done</term><description>call</description></item>
/// <item><term>the end is not known: pure</term><description>call</description></item>
/// <item><term>... idempotent, keyed</term><description>call with the same key; after <see cref="EffectTool.MostCalls"/> failures a person decides</description></item>
/// <item><term>... probed</term><description>ask the target, after the settle time</description></item>
/// <item><term>... irreversible</term><description>a person decides</description></item>
/// </list>
/// </summary>
internal static class EffectRules
{
    public static EffectMove Next(EffectState? known, EffectIntent intent, bool canProbe)
    {
        if (known is null)
        {
            return EffectMove.Call;
        }

        if (!string.Equals(known.ArgsHash, intent.ArgsHash, StringComparison.Ordinal))
        {
            return EffectMove.Conflict;
        }

        return known.Status switch
        {
            EffectStatus.Succeeded => EffectMove.Replay,
            EffectStatus.Failed or EffectStatus.GivenUp => EffectMove.Refuse,
            EffectStatus.NotDone when known.Failures >= intent.Tool.MostCalls || IsForGood(known.Code) => EffectMove.Refuse,
            EffectStatus.Retryable or EffectStatus.NotDone => EffectMove.Call,
            EffectStatus.InDoubt => EffectMove.Park,
            EffectStatus.Accepted => canProbe ? EffectMove.Probe : EffectMove.Park,
            _ => WithoutEnd(known, intent.Tool with { Class = Stricter(known.Class, intent.Tool.Class) }, canProbe),
        };
    }

    /// <summary>The end of the last call is not known.</summary>
    private static EffectMove WithoutEnd(EffectState known, EffectTool tool, bool canProbe) =>
        tool.Class switch
        {
            EffectClass.Pure => EffectMove.Call,
            EffectClass.Idempotent
            or EffectClass.Keyed when known.Status == EffectStatus.Open || MayRepeat(tool, known.Code, known.Failures) => EffectMove.Call,
            EffectClass.Probed when canProbe => EffectMove.Probe,
            _ => EffectMove.Park,
        };

    /// <summary>A call that ended without an answer may be repeated as it is.</summary>
    public static bool MayRepeat(EffectTool tool, string? code, int failures) =>
        tool.Class is EffectClass.Idempotent or EffectClass.Keyed && failures < tool.MostCalls && !IsForGood(code);

    /// <summary>The same call would fail the same way: a bug in it, an answer that cannot be read.</summary>
    private static bool IsForGood(string? code) => code is ReasonCode.NonRetryable or ReasonCode.ContractInvalid;

    /// <summary>
    /// Between what was declared when the call was made and what is declared now the stricter counts: a class that is relaxed later does not repeat a call that was made
    /// under the stricter one.
    /// </summary>
    private static EffectClass Stricter(EffectClass then, EffectClass now) =>
        then == EffectClass.Irreversible || now == EffectClass.Irreversible
            ? EffectClass.Irreversible
            : (EffectClass)Math.Max((int)then, (int)now);

    /// <summary>What an ended call is recorded as.</summary>
    public static EffectStatus After(EffectTool tool, CallVerdict verdict, int failuresBefore, bool mayHaveHappened = false)
    {
        var last = failuresBefore + 1 >= tool.MostCalls;
        return (verdict.Certain && !mayHaveHappened) || tool.Class == EffectClass.Pure
            ? verdict.Retryable && !last
                ? EffectStatus.Retryable
                : EffectStatus.Failed
            : EffectStatus.Unknown;
    }

    /// <summary>The code an agent is told for a state it cannot go on from.</summary>
    public static string CodeOf(EffectState state) => state.Code ?? ReasonCode.NonRetryable;
}
