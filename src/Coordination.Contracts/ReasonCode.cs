namespace Coordination.Contracts;

/// <summary>Why something was refused, parked or ended. A closed list: a new code is a minor version of the contracts.</summary>
public static class ReasonCode
{
    public const string ContractInvalid = "CONTRACT_INVALID";
    public const string UnknownField = "UNKNOWN_FIELD";
    public const string UnsupportedVersion = "UNSUPPORTED_VERSION";
    public const string Expired = "EXPIRED";
    public const string UnregisteredSender = "UNREGISTERED_SENDER";
    public const string SenderMismatch = "SENDER_MISMATCH";
    public const string RetiredContract = "RETIRED_CONTRACT";
    public const string Suspended = "SUSPENDED";
    public const string AdmissionDenied = "ADMISSION_DENIED";
    public const string BudgetExceeded = "BUDGET_EXCEEDED";
    public const string DepthExceeded = "DEPTH_EXCEEDED";
    public const string Shed = "SHED";
    public const string QueueFull = "QUEUE_FULL";
    public const string LockTimeout = "LOCK_TIMEOUT";
    public const string DeadlockVictim = "DEADLOCK_VICTIM";
    public const string LivelockStopped = "LIVELOCK_STOPPED";
    public const string Fenced = "FENCED";
    public const string VersionConflict = "VERSION_CONFLICT";
    public const string StaleGeneration = "STALE_GENERATION";
    public const string InvariantViolated = "INVARIANT_VIOLATED";
    public const string IdempotencyConflict = "IDEMPOTENCY_CONFLICT";
    public const string InProgress = "IN_PROGRESS";
    public const string InDoubt = "IN_DOUBT";
    public const string CircuitOpen = "CIRCUIT_OPEN";
    public const string RateLimited = "RATE_LIMITED";
    public const string RetryBudgetExhausted = "RETRY_BUDGET_EXHAUSTED";
    public const string NonRetryable = "NON_RETRYABLE";
    public const string DuplicateFailure = "DUPLICATE_FAILURE";
    public const string DeadlineExceeded = "DEADLINE_EXCEEDED";
    public const string QualityRejected = "QUALITY_REJECTED";
    public const string Degraded = "DEGRADED";
    public const string NoQuorum = "NO_QUORUM";
    public const string Split = "SPLIT";
    public const string Vetoed = "VETOED";
    public const string DissentEscalated = "DISSENT_ESCALATED";
    public const string Cancelled = "CANCELLED";
    public const string CompensationFailed = "COMPENSATION_FAILED";
    public const string PlanCycle = "PLAN_CYCLE";
    public const string VersionSkew = "VERSION_SKEW";

    /// <summary>Every code there is.</summary>
    public static IReadOnlyCollection<string> All { get; } =
        new HashSet<string>(StringComparer.Ordinal)
        {
            ContractInvalid,
            UnknownField,
            UnsupportedVersion,
            Expired,
            UnregisteredSender,
            SenderMismatch,
            RetiredContract,
            Suspended,
            AdmissionDenied,
            BudgetExceeded,
            DepthExceeded,
            Shed,
            QueueFull,
            LockTimeout,
            DeadlockVictim,
            LivelockStopped,
            Fenced,
            VersionConflict,
            StaleGeneration,
            InvariantViolated,
            IdempotencyConflict,
            InProgress,
            InDoubt,
            CircuitOpen,
            RateLimited,
            RetryBudgetExhausted,
            NonRetryable,
            DuplicateFailure,
            DeadlineExceeded,
            QualityRejected,
            Degraded,
            NoQuorum,
            Split,
            Vetoed,
            DissentEscalated,
            Cancelled,
            CompensationFailed,
            PlanCycle,
            VersionSkew,
        };
}

/// <summary>What kind of failure a step had. An unknown class is treated as <see cref="Permanent"/>.</summary>
public static class FailureClass
{
    /// <summary>May succeed when tried again.</summary>
    public const string Transient = "transient";

    /// <summary>Will fail again: bad input, a business rule, a bug.</summary>
    public const string Permanent = "permanent";

    /// <summary>Took longer than its timeout.</summary>
    public const string Timeout = "timeout";

    /// <summary>Stopped because it was asked to.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Every class there is.</summary>
    public static IReadOnlyCollection<string> All { get; } = [Transient, Permanent, Timeout, Cancelled];
}
