using Coordination.Contracts.V1;

namespace Coordination.Sagas.Runs;

/// <summary>Limits and defaults of runs. Checked when the host starts.</summary>
public sealed class RunsOptions
{
    /// <summary>Steps of one plan, 1 to 1,000.</summary>
    public int MaxSteps { get; set; } = 100;

    /// <summary>Dependencies of one plan together, 0 to 100,000.</summary>
    public int MaxDependencies { get; set; } = 1_000;

    /// <summary>The longest deadline a plan may ask for. 1 s to 365 days.</summary>
    public TimeSpan MaxDeadline { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The deadline of a plan that names none. 1 s to <see cref="MaxDeadline"/>.</summary>
    public TimeSpan DefaultDeadline { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The timeout of a step that names none. 1 ms to <see cref="MaxDeadline"/>.</summary>
    public TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Attempts of a step without a retry policy, 1 to 20.</summary>
    public int DefaultMaxAttempts { get; set; } = 3;

    /// <summary>First back-off without a retry policy, 0 to 1 h.</summary>
    public TimeSpan DefaultBaseDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest back-off without a retry policy, 0 to 24 h.</summary>
    public TimeSpan DefaultMaxDelay { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long an attempt may wait for a worker on top of its own timeout. 0 to 1 day.</summary>
    public TimeSpan QueueAllowance { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long running steps may take to stop before they are given up. 0 to 1 h.</summary>
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many messages of runs are handled at the same time, 1 to 1,000.</summary>
    public int Concurrency { get; set; } = 64;

    /// <summary>
    /// How long a run stays after its end, with its history and the submissions that joined it; refusals stay as long. After it, the same run id would start a new
    /// run. 1 day to 10 years.
    /// </summary>
    public TimeSpan KeepEnded { get; set; } = TimeSpan.FromDays(90);

    /// <summary>
    /// Agent types that plans may name before an agent has announced itself, for example those of this process. Others become known by their first
    /// announcement and stay known.
    /// </summary>
    public IList<string> AgentTypes { get; } = [];

    internal RunLimits ToLimits() =>
        new()
        {
            MaxSteps = MaxSteps,
            MaxDependencies = MaxDependencies,
            MaxDeadline = MaxDeadline,
            DefaultDeadline = DefaultDeadline,
            DefaultTimeout = DefaultTimeout,
            DefaultRetry = new RetryPolicy
            {
                MaxAttempts = DefaultMaxAttempts,
                BaseDelayMs = (long)DefaultBaseDelay.TotalMilliseconds,
                MaxDelayMs = (long)DefaultMaxDelay.TotalMilliseconds,
            },
            QueueAllowance = QueueAllowance,
            StopGrace = StopGrace,
        };

    /// <summary>Every setting that is out of range, each named.</summary>
    internal IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        Range(nameof(MaxSteps), MaxSteps, 1, 1_000);
        Range(nameof(MaxDependencies), MaxDependencies, 0, 100_000);
        Range(nameof(MaxDeadline), MaxDeadline, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365));
        Range(nameof(DefaultDeadline), DefaultDeadline, TimeSpan.FromSeconds(1), MaxDeadline);
        Range(nameof(DefaultTimeout), DefaultTimeout, TimeSpan.FromMilliseconds(1), MaxDeadline);
        Range(nameof(DefaultMaxAttempts), DefaultMaxAttempts, 1, 20);
        Range(nameof(DefaultBaseDelay), DefaultBaseDelay, TimeSpan.Zero, TimeSpan.FromHours(1));
        Range(nameof(DefaultMaxDelay), DefaultMaxDelay, TimeSpan.Zero, TimeSpan.FromDays(1));
        Range(nameof(QueueAllowance), QueueAllowance, TimeSpan.Zero, TimeSpan.FromDays(1));
        Range(nameof(StopGrace), StopGrace, TimeSpan.Zero, TimeSpan.FromHours(1));
        Range(nameof(Concurrency), Concurrency, 1, 1_000);
        Range(nameof(KeepEnded), KeepEnded, TimeSpan.FromDays(1), TimeSpan.FromDays(3_653));
        return faults;

        void Range<T>(string name, T value, T from, T to)
            where T : IComparable<T>
        {
            if (value.CompareTo(from) < 0 || value.CompareTo(to) > 0)
                faults.Add($"Runs:{name} is {value}; it must be from {from} to {to}.");
        }
    }
}
