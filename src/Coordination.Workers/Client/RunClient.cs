using Coordination.Contracts.V1;

namespace Coordination.Workers;

/// <summary>Submits runs, watches and steers them. Works on the database alone: it accepts work while the broker is down.</summary>
public sealed class RunClient
{
    /// <summary>
    /// Stores the submission; it leaves for the run service after the commit. Whether the plan is accepted shows in <see cref="WaitAsync"/> or
    /// <see cref="GetAsync"/>.
    /// </summary>
    /// <returns>The run's id.</returns>
    public Task<Guid> SubmitAsync(RunPlan plan, SubmitOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    /// <summary>Asks to stop a run; with <paramref name="force"/> without waiting for running agents.</summary>
    public Task CancelAsync(
        Guid runId,
        string requestedBy,
        string? note = null,
        bool force = false,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException();

    /// <summary>Answers a question a step waits for.</summary>
    public Task AnswerAsync(
        Guid runId,
        string stepId,
        string questionId,
        object answer,
        string answeredBy,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException();

    /// <summary>The run as it stands; null when nothing is known of it (yet).</summary>
    public Task<RunInfo?> GetAsync(Guid runId, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Waits until the run is terminal.</summary>
    /// <exception cref="TimeoutException">It was not, in time; the message says how it stood.</exception>
    public Task<RunInfo> WaitAsync(Guid runId, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
}
