using System.Net;

namespace Coordination.Monitor;

/// <summary>Before every endpoint of the API: admission, same site, role.</summary>
internal sealed class AccessFilter(Admission admission) : IEndpointFilter
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
            return Refusal.Of(HttpStatusCode.Forbidden, "OTHER_SITE", "The request is not of this site", fault);
        var needed = http.GetEndpoint()?.Metadata.GetMetadata<RoleRequirement>() ?? RoleRequirement.Default;
        return viewer.Is(needed.Role) ? await next(context) : Refusal.Missing(needed.Role);
    }
}
