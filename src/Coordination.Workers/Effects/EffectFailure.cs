using System.Diagnostics.CodeAnalysis;
using Coordination.Contracts;

namespace Coordination.Workers;

/// <summary>
/// An effect, read or model call did not succeed, after everything that may be tried below the agent was tried. A structured answer: an agent reads
/// <see cref="Code"/> and <see cref="Retryable"/> and says what is missing (<see cref="AgentContext.Missing"/>), or lets it pass and the step fails with it.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "Reads as what it is in an agent: catch (EffectFailure failure).")]
public sealed class EffectFailure : Exception
{
    /// <summary>For tests of agents: what a failing effect looks like.</summary>
    /// <param name="tool">The tool's id, for example <c>refund@1</c>.</param>
    /// <param name="code">One of <see cref="ReasonCode"/>.</param>
    /// <param name="retryable">Whether the same may succeed later.</param>
    /// <param name="retryAfter">Not before this time has passed; null: not said.</param>
    /// <param name="detail">For a person to read.</param>
    public EffectFailure(string tool, string code, bool retryable, TimeSpan? retryAfter = null, string? detail = null)
        : base($"{tool}: {code}{(detail is null ? "" : ": " + detail)}")
    {
        Tool = tool;
        Code = code;
        Retryable = retryable;
        RetryAfter = retryAfter;
        Detail = detail;
    }

    /// <summary>The tool's id.</summary>
    public string Tool { get; }

    /// <summary>One of <see cref="ReasonCode"/>. <see cref="ReasonCode.InDoubt"/>: it may have happened.</summary>
    public string Code { get; }

    /// <summary>Whether the same may succeed later; false: something has to change first.</summary>
    public bool Retryable { get; }

    /// <summary>Not before this time has passed; null: not said.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>For a person to read.</summary>
    public string? Detail { get; }

    /// <summary>Tools of this step that have succeeded and can be relied on.</summary>
    public IReadOnlyList<string> StillWorks { get; init; } = [];

    /// <summary>The answer as a model reads it: <c>{code, retryable, retryAfterMs, detail, stillWorks}</c>.</summary>
    public object ToModel() =>
        new
        {
            code = Code,
            retryable = Retryable,
            retryAfterMs = (long?)RetryAfter?.TotalMilliseconds,
            detail = Detail,
            stillWorks = StillWorks,
        };
}
