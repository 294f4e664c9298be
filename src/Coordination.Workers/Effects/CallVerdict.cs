using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Coordination.Contracts;

namespace Coordination.Workers;

/// <summary>What the error of a call tells.</summary>
/// <param name="Certain">The effect was certainly not done.</param>
/// <param name="Retryable">The same call may succeed later.</param>
/// <param name="Code">One of <see cref="ReasonCode"/>.</param>
/// <param name="Detail">Our words or the agent's own, never an exception's text.</param>
/// <param name="RetryAfter">The target's wish; no call is made before.</param>
internal readonly record struct CallVerdict(bool Certain, bool Retryable, string Code, string? Detail = null, TimeSpan? RetryAfter = null);

/// <summary>
/// The table of errors: which ones prove that nothing was done, and which may pass. It is cautious: what it does not know was perhaps done.
/// <list type="table">
/// <item><term><see cref="PermanentFailure"/> of the agent's code</term><description>not done, not again</description></item>
/// <item><term><see cref="TransientFailure"/> of the agent's code</term><description>not done, again</description></item>
/// <item><term>HTTP 429</term><description>not done, again, not before <c>Retry-After</c></description></item>
/// <item><term>HTTP 408, 425</term><description>425 not done, 408 perhaps done; again</description></item>
/// <item><term>other HTTP 4xx</term><description>not done, not again</description></item>
/// <item><term>HTTP 5xx</term><description>perhaps done, again</description></item>
/// <item><term>name not found, connection refused, TLS refused</term><description>not done, again</description></item>
/// <item><term>connection broken, timeout, cancelled</term><description>perhaps done, again</description></item>
/// <item><term>an answer that cannot be read, a bug in the calling code</term><description>perhaps done, not again</description></item>
/// <item><term>anything else</term><description>perhaps done, not again</description></item>
/// </list>
/// </summary>
internal static class CallErrors
{
    /// <param name="error">What was thrown.</param>
    /// <param name="retryAfter">What the target asked for.</param>
    /// <param name="status">The last failing HTTP status the call saw, for SDKs that throw exceptions of their own.</param>
    public static CallVerdict Read(Exception error, TimeSpan? retryAfter, HttpStatusCode? status = null) =>
        error switch
        {
            PermanentFailure failure => new(
                true,
                false,
                Known(failure.ReasonCode, ReasonCode.NonRetryable),
                Text.Bounded(failure.Message, 500)
            ),
            TransientFailure failure => new(
                true,
                true,
                Known(failure.ReasonCode, ReasonCode.Degraded),
                Text.Bounded(failure.Message, 500),
                failure.RetryAfter ?? retryAfter
            ),
            // It says how another effect ended, nothing about what this call did beside it.
            EffectFailure nested => new(false, nested.Retryable, nested.Code, nested.Detail, nested.RetryAfter),
            AggregateException { InnerExceptions: [var inner] } => Read(inner, retryAfter),
            HttpRequestException { StatusCode: { } answered } => Status(answered, retryAfter),
            HttpRequestException http => Connection(http),
            SocketException socket => Socket(socket, "The connection"),
            OperationCanceledException or TimeoutException => new(false, true, ReasonCode.DeadlineExceeded, "No answer in time."),
            IOException => new(false, true, ReasonCode.Degraded, "The connection broke."),
            JsonException => new(false, false, ReasonCode.ContractInvalid, "The answer could not be read."),
            _ when status is { } seen => Status(seen, retryAfter) with { Certain = (int)seen == 429 },
            _ => new(false, false, ReasonCode.NonRetryable, $"{error.GetType().Name} in the call."),
        };

    /// <summary>An agent's own code, if it is one of the contracts'.</summary>
    private static string Known(string? code, string otherwise) => code is not null && ReasonCode.All.Contains(code) ? code : otherwise;

    private static CallVerdict Status(HttpStatusCode status, TimeSpan? retryAfter)
    {
        var said = $"HTTP {(int)status}.";
        return (int)status switch
        {
            429 => new(true, true, ReasonCode.RateLimited, said, retryAfter),
            408 => new(false, true, ReasonCode.Degraded, said, retryAfter),
            425 => new(true, true, ReasonCode.Degraded, said, retryAfter),
            >= 400 and < 500 => new(true, false, ReasonCode.NonRetryable, said),
            _ => new(false, true, ReasonCode.Degraded, said, retryAfter),
        };
    }

    private static CallVerdict Connection(HttpRequestException error) =>
        error.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => new(true, true, ReasonCode.Degraded, "The host's name is not known."),
            HttpRequestError.ConnectionError => new(true, true, ReasonCode.Degraded, "No connection."),
            HttpRequestError.SecureConnectionError => new(true, true, ReasonCode.Degraded, "No secure connection."),
            _ when error.InnerException is SocketException socket => Socket(socket, "The connection"),
            _ => new(false, true, ReasonCode.Degraded, "The connection broke."),
        };

    private static CallVerdict Socket(SocketException error, string what) =>
        error.SocketErrorCode
            is SocketError.ConnectionRefused
                or SocketError.HostNotFound
                or SocketError.NoData
                or SocketError.HostUnreachable
                or SocketError.NetworkUnreachable
            ? new(true, true, ReasonCode.Degraded, $"{what} was refused.")
            : new(false, true, ReasonCode.Degraded, $"{what} broke.");
}
