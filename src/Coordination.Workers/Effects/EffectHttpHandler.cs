using System.Net.Http.Headers;

namespace Coordination.Workers;

/// <summary>
/// Put it into the <see cref="HttpClient"/> that an agent's calls go through (<c>.AddHttpMessageHandler(() => new EffectHttpHandler())</c>, innermost). Inside
/// an effect's call it sends the effect's key as <c>Idempotency-Key</c>, takes note of <c>Retry-After</c>, and lets a request that has failed not be sent a second time:
/// SDKs retry by themselves, and retries belong to the effect alone. Outside of effects it does nothing.
/// </summary>
public sealed class EffectHttpHandler : DelegatingHandler
{
    /// <summary>The header's name (draft-ietf-httpapi-idempotency-key-header).</summary>
    public const string KeyHeader = "Idempotency-Key";

    /// <summary>For a handler chain that is built by others.</summary>
    public EffectHttpHandler() { }

    /// <summary>For a chain built by hand.</summary>
    public EffectHttpHandler(HttpMessageHandler inner)
        : base(inner) { }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (EffectScope.Current is not { } scope)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var what = $"{request.Method} {request.RequestUri}";
        if (scope.FailureOf(what) is { } before)
        {
            return before.Error is { } thrown
                ? throw new HttpRequestException($"{what} has failed in this call; the effect decides about another one.", thrown)
                : Again(before, request);
        }

        if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head && !request.Headers.Contains(KeyHeader))
        {
            request.Headers.Add(KeyHeader, scope.KeyOf(what));
        }

        scope.ThrowIfLost();

        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode is 408 or 425 or 429 or >= 500)
            {
                scope.Failed(what, new FailedRequest(response.StatusCode, Wish(response.Headers.RetryAfter), null));
            }

            return response;
        }
        catch (Exception error)
        {
            // Also a timeout of an SDK's own, which it would answer with another try.
            scope.Failed(what, new FailedRequest(default, null, error));
            throw;
        }
    }

    private static HttpResponseMessage Again(FailedRequest failed, HttpRequestMessage request)
    {
        var response = new HttpResponseMessage(failed.Status) { RequestMessage = request };
        if (failed.RetryAfter is { } wish)
        {
            response.Headers.RetryAfter = new RetryConditionHeaderValue(wish);
        }

        return response;
    }

    private static TimeSpan? Wish(RetryConditionHeaderValue? header) =>
        header?.Delta is { } delta ? delta
        : header?.Date is { } date ? Positive(date - TimeProvider.System.GetUtcNow())
        : null;

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;
}
