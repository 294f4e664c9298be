using System.Net;

namespace Coordination.Monitor;

/// <summary>Before every endpoint of the API: admission, same site, role.</summary>
internal sealed class AccessFilter(Admission admission, AuditTrail audit) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (admission.Admit(http) is not { } viewer)
            return Refusal.Of(
                HttpStatusCode.Forbidden,
                "LOCAL_ONLY",
                "This monitor serves its own machine only",
                "No authorization policy is set."
            );
        if (SameSite.Fault(http.Request) is { } fault)
        {
            await RefusedAsync(http, viewer, fault);
            return Refusal.Of(HttpStatusCode.Forbidden, "OTHER_SITE", "The request is not of this site", fault);
        }
        var needed = http.GetEndpoint()?.Metadata.GetMetadata<RoleRequirement>() ?? RoleRequirement.Default;
        if (viewer.Is(needed.Role))
            return await next(context);
        await RefusedAsync(http, viewer, $"lacks the role {MonitorRoles.NameOf(needed.Role)}");
        return Refusal.Missing(needed.Role);
    }

    /// <summary>What somebody tried to change is in the audit; what they tried to look at is not.</summary>
    private Task RefusedAsync(HttpContext http, Viewer viewer, string why) =>
        HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)
            ? Task.CompletedTask
            : audit.WriteAsync(
                new AuditEntry(
                    viewer,
                    "request",
                    $"{http.Request.Method} {http.Request.Path}"[
                        ..Math.Min(200, http.Request.Path.Value!.Length + http.Request.Method.Length + 1)
                    ],
                    null,
                    "forbidden",
                    Detail: why
                ),
                http.RequestAborted
            );
}
