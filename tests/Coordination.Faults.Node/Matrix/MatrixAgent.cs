using Coordination.Workers;

namespace Coordination.Faults.Node.Matrix;

/// <summary>What a step of the matrix is to do: act, falter (fail once, after everything is done), fail.</summary>
internal sealed record Act(string Do);

/// <summary>What a step of the matrix did, by the sink's numbers.</summary>
internal sealed record Acted(long Set, long Keyed, long Probed, long Irreversible);

/// <summary>One effect of each class, one after the other; the same, but for the read, to undo it.</summary>
internal sealed class MatrixAgent(SinkClient sink) : ICompensatingAgent<Act, Acted>
{
    private static readonly EffectTool Set = new("set", EffectClass.Idempotent);
    private static readonly EffectTool Keyed = new("order", EffectClass.Keyed);

    // Whoever calls the sink and dies is answered within milliseconds.
    private static readonly EffectTool Probed = new("book", EffectClass.Probed) { SettleTime = TimeSpan.FromSeconds(1) };
    private static readonly EffectTool Irreversible = new("send");

    public async Task<Acted> ExecuteAsync(Act input, AgentContext context, CancellationToken cancellationToken)
    {
        if (input.Do == "fail")
        {
            throw new PermanentFailure("This step was made to fail.");
        }

        await context.Read(
            "look",
            new { context.StepId },
            token => sink.CallAsync("pure", $"read-{context.RunId:N}", context, "", undo: false, token)
        );
        var acted = await ActAsync("done", undo: false, context);
        return input.Do == "falter" && context.Attempt == 1 ? throw new TransientFailure("This attempt was made to fail.") : acted;
    }

    public Task CompensateAsync(Act input, Acted output, AgentContext context, CancellationToken cancellationToken) =>
        ActAsync("undone", undo: true, context);

    private async Task<Acted> ActAsync(string value, bool undo, AgentContext context)
    {
        var args = new { value };
        Func<string, CancellationToken, Task<long>> Call(string effectClass) =>
            (key, token) => sink.CallAsync(effectClass, key, context, value, undo, token);
        return new Acted(
            await context.Effect(Set, args, Call("idempotent")),
            await context.Effect(Keyed, args, Call("keyed")),
            await context.Effect(Probed, args, Call("probed"), sink.ProbeAsync),
            await context.Effect(Irreversible, args, Call("irreversible"))
        );
    }
}
