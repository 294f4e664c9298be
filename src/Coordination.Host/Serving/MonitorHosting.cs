using System.Security.Claims;
using Coordination.Host.CommandLine;
using Coordination.Host.Settings;
using Coordination.Monitor;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HttpOverrides;

namespace Coordination.Host.Serving;

/// <summary>The monitor as this program serves it: people sign in with OpenID Connect, or it serves its own machine.</summary>
internal static class MonitorHosting
{
    private const string Policy = "Coordination.View";

    /// <summary>Names by which a page of another site cannot have its own address lead here.</summary>
    private const string ThisMachine = "localhost,127.0.0.1,[::1]";

    public static void AddMonitor(this WebApplicationBuilder builder, MonitorSettings settings)
    {
        builder.Services.AddCoordinationMonitor(monitor =>
        {
            monitor.EnvironmentName = settings.EnvironmentName;
            if (settings.Oidc is { } oidc)
            {
                monitor.Policy = Policy;
                monitor.SignOutPath = $"{settings.Path.TrimEnd('/')}/sign-out";
                monitor.RolesOf = user => Roles(user, oidc);
            }
            else if (settings.AllowAnonymous is not null)
            {
                monitor.AllowAnonymous([.. settings.Anonymous.Select(MonitorRoles.Parse).OfType<MonitorRole>()]);
            }
        });
        builder.Services.AddAuthorization(options => options.AddPolicy(Policy, policy => policy.RequireAuthenticatedUser()));
        if (settings.AllowedHosts is { } hosts || (settings.Oidc is null && (hosts = ThisMachine) is not null))
            builder.Services.AddHostFiltering(options => options.AllowedHosts = hosts.Split(','));
        if (settings.Oidc is { } provider)
            AddSignIn(builder.Services, settings, provider);
    }

    public static void MapMonitor(this WebApplication app, MonitorSettings settings)
    {
        if (settings.BehindProxy)
        {
            var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedProto };
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            app.UseForwardedHeaders(forwarded);
        }
        if (settings.AllowedHosts is not null || settings.Oidc is null)
        {
            // A probe asks by an address the host need not know.
            app.UseWhen(
                context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal),
                filtered => filtered.UseHostFiltering()
            );
        }
        if (settings.Oidc is not null)
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapGet(
                $"{settings.Path.TrimEnd('/')}/sign-out",
                (HttpContext context) =>
                    context.Request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none"
                        ? Results.SignOut(
                            new() { RedirectUri = $"{settings.Path.TrimEnd('/')}/" },
                            [CookieAuthenticationDefaults.AuthenticationScheme, OpenIdConnectDefaults.AuthenticationScheme]
                        )
                        : Results.StatusCode(StatusCodes.Status403Forbidden)
            );
        }
        app.MapCoordinationMonitor(settings.Path);
        if (settings.Path.Trim('/').Length > 0)
            app.MapGet("/", () => Results.Redirect($"{settings.Path.TrimEnd('/')}/"));
    }

    /// <exception cref="CommandFailure">Nobody said who may use it.</exception>
    public static void ThrowIfOpen(MonitorSettings settings, string environment)
    {
        if (settings.Oidc is null && settings.AllowAnonymous is null && environment != Environments.Development)
        {
            throw new CommandFailure(
                ExitCode.Usage,
                $"Nobody said who may use the monitor. Set {SettingNames.Monitor}:Oidc (people sign in), or {SettingNames.Monitor}:AllowAnonymous=viewer where something before it "
                    + "authenticates, or DOTNET_ENVIRONMENT=Development: then it serves this machine alone, everybody on it with every role."
            );
        }
    }

    /// <summary>Development, Production or another: as .NET programs are told it.</summary>
    public static string Stage(HostSettings settings) =>
        settings.Configuration["ASPNETCORE_ENVIRONMENT"] ?? settings.Configuration["DOTNET_ENVIRONMENT"] ?? Environments.Production;

    /// <summary>Where it is, for a person.</summary>
    public static string AddressOf(WebApplication app, MonitorSettings settings) =>
        string.Join(", ", app.Urls.Select(url => $"{url}{settings.Path.TrimEnd('/')}/"));

    private static void AddSignIn(IServiceCollection services, MonitorSettings settings, OidcSettings oidc)
    {
        if (settings.KeysFolder is { Length: > 0 } folder)
            services.AddDataProtection().SetApplicationName("coordination").PersistKeysToFileSystem(new DirectoryInfo(folder));
        services
            .AddAuthentication(options =>
            {
                options.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
                options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme;
            })
            .AddCookie(options =>
            {
                options.Cookie.Name = "coordination";
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Lax;
                options.ExpireTimeSpan = TimeSpan.FromHours(8);
                options.SlidingExpiration = true;
            })
            .AddOpenIdConnect(options => SignIn.Configure(options, settings, oidc));
    }

    private static IEnumerable<MonitorRole> Roles(ClaimsPrincipal user, OidcSettings oidc) =>
        user.FindAll(oidc.RoleClaim)
            .Select(claim =>
                MonitorRoles.Parse(
                    oidc.Roles.TryGetValue(claim.Value, out var role) ? role
                    : claim.Value.StartsWith("coordination-", StringComparison.Ordinal) ? claim.Value[13..]
                    : claim.Value
                )
            )
            .OfType<MonitorRole>();
}
