using System.Net;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Coordination.Monitor;

/// <summary>Turns what went wrong in an endpoint into an answer that says what and what helps, without names of servers or users.</summary>
internal sealed partial class FaultFilter(ILogger<FaultFilter> log) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Refusal refusal)
        {
            return refusal;
        }
        catch (BadHttpRequestException bad)
        {
            return Refusal.Of((HttpStatusCode)bad.StatusCode, "BAD_REQUEST", "The request cannot be read", bad.Message);
        }
        catch (OperationCanceledException) when (context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
        catch (Exception exception) when (IsTooSlow(exception))
        {
            ReadTooSlow(log, context.HttpContext.Request.Path, exception);
            return Refusal.Of(
                HttpStatusCode.ServiceUnavailable,
                "READ_TOO_SLOW",
                "The database did not answer in time",
                "The read was given up so that running work is not held up. Narrow the query, or try again."
            );
        }
        catch (Exception exception) when (exception is NpgsqlException or SqliteException or TimeoutException)
        {
            ReadFailed(log, context.HttpContext.Request.Path, exception);
            return Refusal.Of(
                HttpStatusCode.ServiceUnavailable,
                "DATABASE_AWAY",
                "The database does not answer",
                "What is shown may be old. The log has the error under this trace."
            );
        }
    }

    // 57014: cancelled by statement_timeout.
    private static bool IsTooSlow(Exception exception) =>
        exception is PostgresException { SqlState: "57014" } or NpgsqlException { InnerException: TimeoutException };

    [LoggerMessage(7101, LogLevel.Warning, "A read for {Path} took too long and was given up")]
    private static partial void ReadTooSlow(ILogger logger, string path, Exception exception);

    [LoggerMessage(7102, LogLevel.Error, "A read for {Path} failed")]
    private static partial void ReadFailed(ILogger logger, string path, Exception exception);
}
