using System.Security.Claims;

namespace Coordination.Monitor;

/// <summary>Who may see and do what, and how the monitor presents itself.</summary>
public sealed class MonitorOptions
{
    /// <summary>The claim <see cref="RolesOf"/> looks at by default, beside <see cref="ClaimTypes.Role"/>.</summary>
    public const string RoleClaim = "coordination_role";

    /// <summary>
    /// The host's authorization policy for everything the monitor serves. Without it, and without <see cref="AllowAnonymous"/>, the monitor starts in Development only
    /// and then serves this machine alone, everybody on it with every role.
    /// </summary>
    public string? Policy { get; set; }

    /// <summary>Roles of everybody who reaches the address; null: nobody is let in without authentication.</summary>
    public IReadOnlyCollection<MonitorRole>? AnonymousRoles { get; private set; }

    /// <summary>Roles of a signed-in user. Default: values of role claims that are names of roles, with or without <c>coordination-</c> before them.</summary>
    public Func<ClaimsPrincipal, IEnumerable<MonitorRole>> RolesOf { get; set; } = FromClaims;

    /// <summary>The user's name for the record. Default: the identity's name, else its subject.</summary>
    public Func<ClaimsPrincipal, string?> UserName { get; set; } =
        user => user.Identity?.Name ?? user.FindFirstValue(ClaimTypes.NameIdentifier) ?? user.FindFirstValue("sub");

    /// <summary>Shown in the page's head, for example <c>production</c>. Default: the host's environment.</summary>
    public string? EnvironmentName { get; set; }

    /// <summary>Where the page's sign-out leads; null: there is none.</summary>
    public string? SignOutPath { get; set; }

    /// <summary>Operations on more targets than this ask a person to type the number. 1 to 10,000.</summary>
    public int ConfirmAbove { get; set; } = 100;

    /// <summary>Connections to PostgreSQL the monitor reads with, at most. 1 to 50.</summary>
    public int ReadConnections { get; set; } = 6;

    /// <summary>A read that takes longer is given up. 100 ms to 1 minute.</summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Live connections at the same time, at most. 1 to 10,000.</summary>
    public int LiveConnections { get; set; } = 500;

    /// <summary>Everybody who reaches the address may look (or has the roles named). Put it behind something that authenticates.</summary>
    public MonitorOptions AllowAnonymous(params MonitorRole[] roles)
    {
        AnonymousRoles = roles is [] ? [MonitorRole.Viewer] : roles;
        return this;
    }

    internal IEnumerable<string> Faults()
    {
        if (ConfirmAbove is < 1 or > 10_000)
            yield return $"MonitorOptions.ConfirmAbove is {ConfirmAbove}: 1 to 10,000 are allowed.";
        if (ReadConnections is < 1 or > 50)
            yield return $"MonitorOptions.ReadConnections is {ReadConnections}: 1 to 50 are allowed.";
        if (ReadTimeout < TimeSpan.FromMilliseconds(100) || ReadTimeout > TimeSpan.FromMinutes(1))
            yield return $"MonitorOptions.ReadTimeout is {ReadTimeout}: 100 ms to 1 minute are allowed.";
        if (LiveConnections is < 1 or > 10_000)
            yield return $"MonitorOptions.LiveConnections is {LiveConnections}: 1 to 10,000 are allowed.";
    }

    private static IEnumerable<MonitorRole> FromClaims(ClaimsPrincipal user) =>
        user
            .Claims.Where(claim => claim.Type is ClaimTypes.Role or "role" or "roles" or RoleClaim)
            .Select(claim =>
                MonitorRoles.Parse(claim.Value.StartsWith("coordination-", StringComparison.Ordinal) ? claim.Value[13..] : claim.Value)
            )
            .OfType<MonitorRole>();
}
