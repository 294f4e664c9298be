using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

/// <summary>
/// What a run may ask for, and what it gets when its plan does not say. The sizes are chosen so that every message of a run stays below the 256 KB
/// a message may have.
/// </summary>
public sealed record RunLimits
{
    /// <summary>Steps of one plan.</summary>
    public int MaxSteps { get; init; } = 100;

    /// <summary>Dependencies of all steps of one plan together.</summary>
    public int MaxDependencies { get; init; } = 1_000;

    /// <summary>Bytes of JSON of one step's input, the members taken from earlier outputs included.</summary>
    public int MaxInputBytes { get; init; } = 128 * 1024;

    /// <summary>Bytes of JSON of one compensation's input; the output of its step travels beside it.</summary>
    public int MaxCompensationInputBytes { get; init; } = 32 * 1024;

    /// <summary>Bytes of JSON of a compensation's input and its step's output together: what the order to undo has room for.</summary>
    public int MaxCompensationBytes { get; init; } = 252 * 1024;

    /// <summary>Bytes of JSON of one step's output.</summary>
    public int MaxOutputBytes { get; init; } = 192 * 1024;

    /// <summary>Bytes of JSON of all answers given to one step.</summary>
    public int MaxAnswerBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes of JSON of all inputs written in one plan.</summary>
    public int MaxPlanInputBytes { get; init; } = 192 * 1024;

    /// <summary>Bytes of JSON a run keeps of its steps' outputs and of the answers given to them.</summary>
    public int MaxStoredBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Bytes of outputs a terminal event carries. Outputs beyond it are left out of the event, the largest first; they stay readable in the run.
    /// </summary>
    public int MaxEventOutputBytes { get; init; } = 192 * 1024;

    /// <summary>Questions one step may ask before it counts as failed.</summary>
    public int MaxQuestions { get; init; } = 50;

    public TimeSpan MaxDeadline { get; init; } = TimeSpan.FromDays(30);
    public TimeSpan DefaultDeadline { get; init; } = TimeSpan.FromHours(1);
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromMinutes(5);
    public RetryPolicy DefaultRetry { get; init; } =
        new()
        {
            MaxAttempts = 3,
            BaseDelayMs = 200,
            MaxDelayMs = 20_000,
        };

    /// <summary>
    /// How long an attempt may wait for a worker before its own time starts. The worker counts the timeout from its claim; the run gives
    /// up on it after both together.
    /// </summary>
    public TimeSpan QueueAllowance { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long running steps may take to stop when the run is cancelled or fails.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same once the run's deadline has passed.</summary>
    public TimeSpan ExpiredStopGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long after its deadline a run may still undo its work; then it ends with what is not undone listed.</summary>
    public TimeSpan ExpiredWindow { get; init; } = TimeSpan.FromSeconds(8);
}
