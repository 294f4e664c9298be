using Coordination.Contracts;

namespace Coordination.Sagas.Runs;

/// <summary>A timer of a run has fired. Sent by the run's host to itself.</summary>
[Contract("run.timer-due", 1, 0)]
public sealed record RunTimerDue : IRunMessage
{
    public required Guid RunId { get; init; }

    /// <summary>One of <see cref="RunTimerKind"/>.</summary>
    public required string Kind { get; init; }
    public string? StepId { get; init; }
    public required int Attempt { get; init; }
}
