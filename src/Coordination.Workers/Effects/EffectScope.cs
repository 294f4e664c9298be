using System.Net;

namespace Coordination.Workers;

/// <summary>The call being made on this logical thread, for code below that cannot be handed it: HTTP handlers, SDKs.</summary>
internal sealed class EffectScope
{
    private static readonly AsyncLocal<EffectScope?> Ambient = new();
    private readonly Lock gate = new();
    private readonly Dictionary<string, FailedRequest> failed = new(StringComparer.Ordinal);
    private readonly List<string> written = [];
    private TimeSpan? retryAfter;
    private HttpStatusCode? status;

    public static EffectScope? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    public required string Key { get; init; }

    /// <summary>Throws when this process may be taken for dead by now: asked before every request.</summary>
    public required Action ThrowIfLost { get; init; }

    /// <summary>The call within which this one is made.</summary>
    public EffectScope? Outer { get; init; }

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

    /// <summary>The last failing status.</summary>
    public HttpStatusCode? Status
    {
        get
        {
            lock (gate)
            {
                return status;
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

    /// <summary>The key of one request: the effect's, and for every further different one that changes something the effect's with its number.</summary>
    public string KeyOf(string request)
    {
        lock (gate)
        {
            var place = written.IndexOf(request);
            if (place < 0)
            {
                written.Add(request);
                place = written.Count - 1;
            }

            return place == 0 ? Key : $"{Key}-{place + 1}";
        }
    }

    public void Failed(string request, FailedRequest how)
    {
        lock (gate)
        {
            failed[request] = how;
            status = how.Error is null ? how.Status : status;
            retryAfter = how.RetryAfter > (retryAfter ?? TimeSpan.Zero) ? how.RetryAfter : retryAfter;
        }
    }
}

/// <summary>How a request of this call failed.</summary>
internal sealed record FailedRequest(HttpStatusCode Status, TimeSpan? RetryAfter, Exception? Error);
