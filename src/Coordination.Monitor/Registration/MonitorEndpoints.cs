using Coordination.Monitor;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the monitor into an ASP.NET application.</summary>
public static class MonitorEndpoints
{
    /// <summary>Maps the page and its API below <paramref name="prefix"/>, for example <c>/coordination</c>. Needs <c>services.AddCoordinationMonitor()</c>.</summary>
    /// <exception cref="InvalidOperationException">Nobody said who may use it, and this is not Development; or the services are missing.</exception>
    public static IEndpointConventionBuilder MapCoordinationMonitor(this IEndpointRouteBuilder app, string prefix = "/coordination")
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ServiceProvider.GetService<MonitorOptions>() is not { } options)
            throw new InvalidOperationException(
                "The monitor's services are missing: call services.AddCoordinationMonitor() before the application is built."
            );
        app.ServiceProvider.GetRequiredService<Admission>().ThrowIfOpen();

        var all = app.MapGroup(prefix.TrimEnd('/'));
        if (options.Policy is { } policy)
            all.RequireAuthorization(policy);
        else
            all.AllowAnonymous();
        all.AddEndpointFilter(PageSecurity.ApplyAsync);
        all.MapSite();

        var api = all.MapGroup("/api/v1").WithGroupName(MonitorDocument.Name).WithTags("monitor");
        api.AddEndpointFilter<FaultFilter>();
        api.AddEndpointFilter<AccessFilter>();
        api.AddEndpointFilter<PlainParameters>();
        api.MapMe();
        api.MapOverview();
        api.MapRun();
        api.MapQuery();
        api.MapBallot();
        api.MapEffect();
        api.MapTimer();
        api.MapLetter();
        api.MapAgent();
        api.MapFlow();
        api.MapOperation();
        api.MapAudit();
        api.MapLive();
        api.MapDocument();
        return all;
    }
}
