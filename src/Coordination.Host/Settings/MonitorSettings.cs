using Coordination.Monitor;

namespace Coordination.Host.Settings;

/// <summary>The monitor of a host: whether it is served, where, and who may use it.</summary>
internal sealed class MonitorSettings
{
    public bool Enabled { get; set; }

    /// <summary>Where it is, below the host's address.</summary>
    public string Path { get; set; } = "/coordination";

    /// <summary>Shown in the page's head.</summary>
    public string? EnvironmentName { get; set; }

    /// <summary>Roles of everybody who reaches the address, with commas between.</summary>
    public string? AllowAnonymous { get; set; }

    /// <summary>Names the page may be reached by, with commas between; others are refused. Without people signing in: this machine's.</summary>
    public string? AllowedHosts { get; set; }

    /// <summary>A proxy before it ends HTTPS and says so with <c>X-Forwarded-Proto</c>; nobody reaches this process past it.</summary>
    public bool BehindProxy { get; set; }

    /// <summary>A folder for the keys that sign-ins are encrypted with; processes that share it accept each other's, and their own after a restart.</summary>
    public string? KeysFolder { get; set; }

    public OidcSettings? Oidc { get; set; }

    public IEnumerable<string> Faults(string section)
    {
        if (!Path.StartsWith('/'))
            yield return $"{section}:Path is \"{Path}\": it begins with /, for example /coordination.";
        if (AllowAnonymous is not null && Oidc is not null)
            yield return $"{section} has both AllowAnonymous and Oidc: keep one.";
        foreach (var name in Anonymous.Where(name => MonitorRoles.Parse(name) is null))
            yield return $"{section}:AllowAnonymous names \"{name}\": roles are {Roles}.";
        if (Oidc is null)
            yield break;
        if (!Uri.TryCreate(Oidc.Authority, UriKind.Absolute, out var authority) || authority.Scheme is not ("https" or "http"))
            yield return $"{section}:Oidc:Authority is \"{Oidc.Authority}\": the address of the identity provider, for example https://login.example.org/realms/team.";
        else if (authority.Scheme == "http" && !authority.IsLoopback)
            yield return $"{section}:Oidc:Authority is {authority}: it needs https, unless it is on this machine.";
        if (string.IsNullOrWhiteSpace(Oidc.ClientId))
            yield return $"{section}:Oidc:ClientId is missing.";
        foreach (var (value, role) in Oidc.Roles.Where(pair => MonitorRoles.Parse(pair.Value) is null))
            yield return $"{section}:Oidc:Roles:{value} is \"{role}\": roles are {Roles}.";
    }

    public IEnumerable<string> Anonymous =>
        (AllowAnonymous ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Roles => string.Join(", ", MonitorRoles.All.Select(MonitorRoles.NameOf));
}

/// <summary>An OpenID Connect provider people sign in with.</summary>
internal sealed class OidcSettings
{
    public string Authority { get; set; } = "";
    public string ClientId { get; set; } = "";

    /// <summary>A file that holds the client's secret.</summary>
    public string? ClientSecretFile { get; set; }

    /// <summary>The claim that has the user's name.</summary>
    public string NameClaim { get; set; } = "preferred_username";

    /// <summary>The claim whose values become roles.</summary>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>Values of that claim and the roles they stand for. A role's own name, with or without <c>coordination-</c> before it, needs no saying.</summary>
    public Dictionary<string, string> Roles { get; } = new(StringComparer.Ordinal);
}
