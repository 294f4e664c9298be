using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
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
            var answer = await next(context);
            // A parameter that cannot be read ends before the endpoint, with nothing but a status.
            return answer is EmptyHttpResult && context.HttpContext.Response is { StatusCode: 400, HasStarted: false }
                ? Refusal.BadRequest(
                    "The request cannot be read",
                    new BodyProblem("BAD_PARAMETER", "", "A parameter of the address is not of its kind (a number, an id, a time).")
                )
                : answer;
        }
        catch (Refusal refusal) when (!context.HttpContext.Response.HasStarted)
        {
            return refusal;
        }
        catch (BadHttpRequestException bad)
        {
            return Refusal.Of((HttpStatusCode)bad.StatusCode, "BAD_REQUEST", "The request cannot be read", bad.Message);
        }
        catch (OperationCanceledException) when (context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return context.HttpContext.Response.HasStarted ? Results.Empty : Results.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
        catch (Exception exception) when (IsTooSlow(exception) && !context.HttpContext.Response.HasStarted)
        {
            ReadTooSlow(log, context.HttpContext.Request.Path, exception);
            return Refusal.Of(
                HttpStatusCode.ServiceUnavailable,
                "READ_TOO_SLOW",
                "The database did not answer in time",
                "The read was given up so that running work is not held up. Narrow the query, or try again."
            );
        }
        catch (PostgresException bad)
            when (bad.SqlState.StartsWith("22", StringComparison.Ordinal) && !context.HttpContext.Response.HasStarted)
        {
            // A value the database does not take: a NUL, a number or a time that is too large.
            return Refusal.BadRequest(
                "The request has a value that cannot be",
                new BodyProblem("BAD_VALUE", "", "A text with a NUL, or a number or a time beyond what can be stored.")
            );
        }
        catch (Exception exception)
            when (exception is NpgsqlException or SqliteException or TimeoutException && !context.HttpContext.Response.HasStarted)
        {
            ReadFailed(log, context.HttpContext.Request.Path, exception);
            return Refusal.Of(
                HttpStatusCode.ServiceUnavailable,
                "DATABASE_AWAY",
                "The database does not answer",
                "What is shown may be old. The log has the error under this trace."
            );
        }
        catch (Exception exception) when (!context.HttpContext.Response.HasStarted)
        {
            Broke(log, context.HttpContext.Request.Path, exception);
            return Refusal.Of(
                HttpStatusCode.InternalServerError,
                "BROKEN",
                "The monitor could not answer this",
                "It is a fault of the monitor. The log has the error under this trace."
            );
        }
    }

    // 57014: cancelled by statement_timeout.
    private static bool IsTooSlow(Exception exception) =>
        exception is PostgresException { SqlState: "57014" } or NpgsqlException { InnerException: TimeoutException };

    [LoggerMessage(7101, LogLevel.Warning, "A read for {Path} took too long and was given up")]
    private static partial void ReadTooSlow(ILogger logger, string path, Exception exception);

    [LoggerMessage(7103, LogLevel.Error, "A request for {Path} broke")]
    private static partial void Broke(ILogger logger, string path, Exception exception);

    [LoggerMessage(7102, LogLevel.Error, "A read for {Path} failed")]
    private static partial void ReadFailed(ILogger logger, string path, Exception exception);
}
