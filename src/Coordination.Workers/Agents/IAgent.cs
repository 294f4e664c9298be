namespace Coordination.Workers;

/// <summary>
/// Carries out steps of one agent type. Register it with <c>services.AddAgent&lt;TAgent&gt;("type")</c>; it is made anew, in its own
/// dependency injection scope, for every attempt.
/// </summary>
/// <typeparam name="TInput">Read from the step's JSON input by strict rules: unknown, missing and null members are refused.</typeparam>
/// <typeparam name="TOutput">Becomes the step's JSON output, at most 255 KB.</typeparam>
public interface IAgent<TInput, TOutput>
{
    /// <summary>
    /// Does the work. May be called again for the same step, in another process, after a crash or a retry: guard outside effects with
    /// <see cref="AgentContext.EffectKey"/>. Stop soon after <paramref name="cancellationToken"/> fires: the result is not wanted any more.
    /// </summary>
    Task<TOutput> ExecuteAsync(TInput input, AgentContext context, CancellationToken cancellationToken);
}

/// <summary>An agent that can undo what it did.</summary>
public interface ICompensatingAgent<TInput, TOutput> : IAgent<TInput, TOutput>
{
    /// <summary>
    /// Undoes a completed step, given its input and what it returned. May be called again after a crash: undoing twice must do no harm.
    /// </summary>
    Task CompensateAsync(TInput input, TOutput output, AgentContext context, CancellationToken cancellationToken);
}
