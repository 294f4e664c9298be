using System.Security.Claims;

namespace Coordination.Monitor;

/// <summary>Who looks or acts: a name for the record, and what it may do.</summary>
/// <param name="Name">For the record.</param>
/// <param name="Roles">What it may do.</param>
/// <param name="Via"><c>ui</c>, <c>api</c> or <c>cli</c>.</param>
/// <param name="From">The address it comes from; null on the command line.</param>
public sealed record Viewer(string Name, IReadOnlySet<MonitorRole> Roles, string Via, string? From = null)
{
    /// <summary>An admin may what operators and approvers may; bodies are for those alone who have that role.</summary>
    public bool Is(MonitorRole role) =>
        Roles.Contains(role) || (role is MonitorRole.Operator or MonitorRole.Approver && Roles.Contains(MonitorRole.Admin));

    /// <summary>Whoever reached the database with a command: may everything, as the command line always could.</summary>
    public static Viewer AtCommandLine(string name) => new(name, MonitorRoles.All.ToHashSet(), "cli");

    internal static Viewer Of(HttpContext context, MonitorOptions options, IEnumerable<MonitorRole> roles)
    {
        var all = roles.ToHashSet();
        // Every role but this one comes on top of it.
        if (all.Count > 0)
            all.Add(MonitorRole.Viewer);
        return new Viewer(
            Named(context.User, options),
            all,
            context.Request.Headers.ContainsKey(SameSite.PageHeader) ? "ui" : "api",
            context.Connection.RemoteIpAddress?.ToString()
        );
    }

    private static string Named(ClaimsPrincipal user, MonitorOptions options)
    {
        var name = options.UserName(user);
        return name is null ? "anonymous"
            : name.Length > 200 ? name[..200]
            : name;
    }
}
