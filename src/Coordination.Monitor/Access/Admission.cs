using System.Net;
using Microsoft.Extensions.Hosting;

namespace Coordination.Monitor;

/// <summary>Lets requests in: who it is, whether it may, and what it says when it may not.</summary>
internal sealed class Admission(MonitorOptions options, IHostEnvironment environment)
{
    private static readonly object Key = new();

    /// <summary>Nobody said who may use the monitor: this machine alone may, while it is being developed on.</summary>
    public bool IsLocal => options.Policy is null && options.AnonymousRoles is null;

    /// <exception cref="InvalidOperationException">Nobody said who may use it, and this is not Development.</exception>
    public void ThrowIfOpen()
    {
        if (IsLocal && !environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                $"The monitor has no authorization policy and the environment is {environment.EnvironmentName}. Name one: AddCoordinationMonitor(monitor => monitor.Policy = \"...\"), "
                    + "or call monitor.AllowAnonymous() when something before it authenticates."
            );
        }
    }

    /// <summary>The one who asks; null when a stranger reaches a monitor that serves its own machine only.</summary>
    public Viewer? Admit(HttpContext context)
    {
        if (context.Items.TryGetValue(Key, out var known))
            return (Viewer?)known;
        var viewer = Recognise(context);
        context.Items[Key] = viewer;
        return viewer;
    }

    public static Viewer Of(HttpContext context) =>
        context.Items[Key] as Viewer ?? throw new InvalidOperationException("The request was not admitted.");

    private Viewer? Recognise(HttpContext context)
    {
        if (IsLocal)
            return IsThisMachine(context) ? Viewer.Of(context, options, MonitorRoles.All) with { Name = Environment.UserName } : null;
        var roles = options.AnonymousRoles ?? [];
        return Viewer.Of(context, options, options.Policy is null ? roles : options.RolesOf(context.User));
    }

    // The name, too: a page of another site may have its own name lead to this machine.
    private static bool IsThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address
        && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
        && (
            string.Equals(context.Request.Host.Host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(context.Request.Host.Host.Trim('[', ']'), out var host) && IPAddress.IsLoopback(host))
        );
}
