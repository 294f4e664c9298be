namespace Coordination.Workers;

/// <summary>The call being made on this logical thread, for code below that cannot be handed it: HTTP handlers, SDKs.</summary>
internal sealed class EffectScope
{
    private static readonly AsyncLocal<EffectScope?> Ambient = new();

    public static EffectScope? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    public required string Key { get; init; }
    public required string Tool { get; init; }

    /// <summary>Which call of the effect this is, from 1.</summary>
    public required int Call { get; init; }

    /// <summary>What the target asked for in its last answer.</summary>
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>Requests of this call that have failed, by method and address: an SDK's own retry of one of them is not let through.</summary>
    public Dictionary<string, FailedRequest> Failed { get; } = new(StringComparer.Ordinal);
}

/// <summary>How a request of this call failed.</summary>
internal sealed record FailedRequest(int Status, TimeSpan? RetryAfter, Exception? Error);
