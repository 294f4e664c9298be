using Coordination.Host.CommandLine;
using Coordination.Host.Settings;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Coordination.Host.Serving;

/// <summary>How people sign in and out with OpenID Connect: authorization code with PKCE, answered with a redirect.</summary>
internal static partial class SignIn
{
    /// <exception cref="CommandFailure">The file with the secret cannot be read.</exception>
    public static void Configure(OpenIdConnectOptions options, MonitorSettings settings, OidcSettings oidc)
    {
        var home = $"{settings.Path.TrimEnd('/')}/";
        options.Authority = oidc.Authority;
        options.RequireHttpsMetadata = oidc.Authority.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        options.ClientId = oidc.ClientId;
        options.ClientSecret = oidc.ClientSecretFile is { Length: > 0 } file ? Secret(file) : null;
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.UsePkce = true;
        // A form that another site posts would need cookies that browsers take over HTTPS alone.
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        foreach (var cookie in new[] { options.CorrelationCookie, options.NonceCookie })
            (cookie.SameSite, cookie.SecurePolicy) = (SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest);
        options.MapInboundClaims = false;
        options.TokenValidationParameters.NameClaimType = oidc.NameClaim;
        options.TokenValidationParameters.RoleClaimType = oidc.RoleClaim;
        options.CallbackPath = $"{home}signed-in";
        options.SignedOutCallbackPath = $"{home}signed-out";
        // Nobody signs others out by a link.
        options.RemoteSignOutPath = default;
        options.Events.OnRedirectToIdentityProvider = Challenge;
        options.Events.OnTokenValidated = KeepForSignOut;
        options.Events.OnRemoteFailure = context => RefuseAsync(context, home);
        options.Events.OnRedirectToIdentityProviderForSignOut = context => SignOutAsync(context, oidc.ClientId);
    }

    private static Task Challenge(RedirectContext context)
    {
        // A script cannot follow to another site: the page says that one has to sign in again.
        if (context.Request.Path.Value?.Contains("/api/", StringComparison.Ordinal) is true)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.HandleResponse();
        }
        return Task.CompletedTask;
    }

    // Providers want to know whose session is to end. The other tokens are nobody's here.
    private static Task KeepForSignOut(TokenValidatedContext context)
    {
        if (context.TokenEndpointResponse?.IdToken is { } token)
            context.Properties?.StoreTokens([new AuthenticationToken { Name = OpenIdConnectParameterNames.IdToken, Value = token }]);
        return Task.CompletedTask;
    }

    private static Task RefuseAsync(RemoteFailureContext context, string home)
    {
        var log = context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Coordination.Host");
        Refused(log, context.Failure?.GetBaseException().Message ?? "no reason was given");
        context.HandleResponse();
        return SayAsync(
            context.Response,
            StatusCodes.Status401Unauthorized,
            $"You could not be signed in: the answer of the identity provider was not accepted. The log of this process says why.\nTry again: {home}\n"
        );
    }

    private static Task SignOutAsync(RedirectContext context, string clientId)
    {
        context.ProtocolMessage.ClientId = clientId;
        if (!string.IsNullOrEmpty(context.ProtocolMessage.IssuerAddress))
            return Task.CompletedTask;
        // Back on the page the provider would sign the same person in again.
        context.HandleResponse();
        return SayAsync(
            context.Response,
            StatusCodes.Status200OK,
            "You are signed out here. The identity provider offers no way to end its own session: sign out there as well, or close the browser.\n"
        );
    }

    private static Task SayAsync(HttpResponse response, int status, string text)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        return response.WriteAsync(text);
    }

    private static string Secret(string file)
    {
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(
                ExitCode.Usage,
                $"{SettingNames.Monitor}:Oidc:ClientSecretFile names {file}, which cannot be read: {exception.Message}"
            );
        }
    }

    [LoggerMessage(7301, LogLevel.Warning, "A sign-in was refused: {Reason}")]
    private static partial void Refused(ILogger logger, string reason);
}
