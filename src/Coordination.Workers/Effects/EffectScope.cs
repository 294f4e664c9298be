using System.Net;

namespace Coordination.Workers;

/// <summary>The call being made on this logical thread, for code below that cannot be handed it: HTTP handlers, SDKs.</summary>
internal sealed class EffectScope
{
    private static readonly AsyncLocal<EffectScope?> Ambient = new();
    private readonly Lock gate = new();
    private readonly Dictionary<string, FailedRequest> failed = new(StringComparer.Ordinal);
    private TimeSpan? retryAfter;

    public static EffectScope? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    public required string Key { get; init; }

    /// <summary>What the target asked for, the longest of its wishes.</summary>
    public TimeSpan? RetryAfter
    {
        get
        {
            lock (gate)
            {
                return retryAfter;
            }
        }
    }

    /// <summary>How a request of this call failed, if it did.</summary>
    public FailedRequest? FailureOf(string request)
    {
        lock (gate)
        {
            return failed.GetValueOrDefault(request);
        }
    }

    public void Failed(string request, FailedRequest how)
    {
        lock (gate)
        {
            failed[request] = how;
            retryAfter = how.RetryAfter > (retryAfter ?? TimeSpan.Zero) ? how.RetryAfter : retryAfter;
        }
    }
}

/// <summary>How a request of this call failed.</summary>
internal sealed record FailedRequest(HttpStatusCode Status, TimeSpan? RetryAfter, Exception? Error);
