using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>An error of the API: RFC 9457 with a code for programs and the trace to look for in the log.</summary>
public sealed record Problem(
    string Type,
    string Title,
    int Status,
    string? Detail,
    string TraceId,
    string? Code,
    MonitorRole? MissingRole,
    IReadOnlyList<BodyProblem>? Problems
);

/// <summary>One thing that is wrong with a body or a query.</summary>
/// <param name="Code">A reason code.</param>
/// <param name="Path">Where, for example <c>steps[2].id</c>.</param>
/// <param name="Message">For a person.</param>
public sealed record BodyProblem(string Code, string Path, string Message);

/// <summary>Ends a request with a <see cref="Problem"/>.</summary>
internal sealed class Refusal : Exception, IResult
{
    private Refusal(HttpStatusCode status, string code, string title, string? detail)
        : base(detail ?? title) => (Status, Code, Title, Detail) = (status, code, title, detail);

    public HttpStatusCode Status { get; }
    public string Code { get; }
    public string Title { get; }
    public string? Detail { get; }
    public MonitorRole? MissingRole { get; private init; }
    public IReadOnlyList<BodyProblem>? Problems { get; private init; }

    public static Refusal Of(HttpStatusCode status, string code, string title, string? detail = null) => new(status, code, title, detail);

    public static Refusal NotFound(string what) => new(HttpStatusCode.NotFound, "NOT_FOUND", what, null);

    public static Refusal BadRequest(string title, params IReadOnlyList<BodyProblem> problems) =>
        new(HttpStatusCode.BadRequest, "BAD_REQUEST", title, problems is [var first, ..] ? first.Message : null) { Problems = problems };

    public static Refusal Missing(MonitorRole role) =>
        new(HttpStatusCode.Forbidden, "ROLE_MISSING", $"This takes the role {MonitorRoles.NameOf(role)}", null) { MissingRole = role };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = (int)Status;
        httpContext.Response.ContentType = "application/problem+json";
        var trace = Activity.Current?.TraceId.ToHexString() ?? httpContext.TraceIdentifier;
        var problem = new Problem("about:blank", Title, (int)Status, Detail, trace, Code, MissingRole, Problems);
        return JsonSerializer.SerializeAsync(httpContext.Response.Body, problem, MonitorJson.Options, httpContext.RequestAborted);
    }
}
