using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Coordination.Host.Tests.SignIn;

/// <summary>An OpenID provider in this process, where everybody is signed in as whoever the test says: authorization code with PKCE, and what it takes to check a token.</summary>
internal sealed class Provider : IAsyncDisposable
{
    public const string Client = "coordination";
    public const string Secret = "between us";
    private readonly ConcurrentDictionary<string, Asked> codes = new(StringComparer.Ordinal);
    private readonly RSA rsa = RSA.Create(2048);
    private readonly WebApplication app;

    private Provider(WebApplication app) => this.app = app;

    private sealed record Asked(string Redirect, string Challenge, string Nonce);

    public string Address => app.Urls.Single();

    /// <summary>Who signs in.</summary>
    public Dictionary<string, object> Claims { get; } = new(StringComparer.Ordinal) { ["sub"] = "4711", ["preferred_username"] = "ann" };

    /// <summary>What is wrong with its tokens.</summary>
    public Action<SecurityTokenDescriptor> Spoil { get; set; } = _ => { };

    /// <summary>What is wrong with its answer to the browser.</summary>
    public Func<string, string> SpoilState { get; set; } = state => state;

    /// <summary>Some providers know no end of a session.</summary>
    public bool EndsSessions { get; set; } = true;

    /// <summary>With which words a session was ended.</summary>
    public IQueryCollection? Ended { get; private set; }

    public static async Task<Provider> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var built = builder.Build();
        var provider = new Provider(built);
        built.MapGet("/.well-known/openid-configuration", provider.Describe);
        built.MapGet("/keys", () => Results.Json(new { keys = new[] { provider.PublicKey() } }));
        built.MapGet("/authorize", provider.Authorize);
        built.MapPost("/token", (Delegate)provider.TokenAsync);
        built.MapGet(
            "/end",
            (HttpContext context) =>
            {
                provider.Ended = context.Request.Query;
                return Results.Redirect($"{context.Request.Query["post_logout_redirect_uri"]}?state={context.Request.Query["state"]}");
            }
        );
        await built.StartAsync(TestContext.Current.CancellationToken);
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        rsa.Dispose();
    }

    private IResult Describe()
    {
        var known = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["issuer"] = Address,
            ["authorization_endpoint"] = $"{Address}/authorize",
            ["token_endpoint"] = $"{Address}/token",
            ["jwks_uri"] = $"{Address}/keys",
            ["response_types_supported"] = new[] { "code" },
            ["code_challenge_methods_supported"] = new[] { "S256" },
            ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
        };
        if (EndsSessions)
            known["end_session_endpoint"] = $"{Address}/end";
        return Results.Json(known);
    }

    private object PublicKey()
    {
        var key = rsa.ExportParameters(includePrivateParameters: false);
        return new
        {
            kty = "RSA",
            use = "sig",
            kid = "1",
            n = Base64UrlEncoder.Encode(key.Modulus),
            e = Base64UrlEncoder.Encode(key.Exponent),
        };
    }

    private IResult Authorize(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["client_id"] != Client || query["response_type"] != "code" || query["code_challenge_method"] != "S256")
            return Results.BadRequest("unauthorized_client");
        var code = Guid.NewGuid().ToString("N");
        codes[code] = new Asked(query["redirect_uri"]!, query["code_challenge"]!, query["nonce"]!);
        return Results.Redirect(
            QueryHelpers.AddQueryString(
                query["redirect_uri"]!,
                new Dictionary<string, string?> { ["code"] = code, ["state"] = SpoilState(query["state"]!) }
            )
        );
    }

    private async Task<IResult> TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var verifier = SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()));
        if (
            form["client_id"] != Client
            || form["client_secret"] != Secret
            || !codes.TryRemove(form["code"].ToString(), out var asked)
            || asked.Redirect != form["redirect_uri"]
            || asked.Challenge != Base64UrlEncoder.Encode(verifier)
        )
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var token = new SecurityTokenDescriptor
        {
            Issuer = Address,
            Audience = Client,
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddMinutes(5),
            Claims = new Dictionary<string, object>(Claims, StringComparer.Ordinal) { ["nonce"] = asked.Nonce },
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(rsa) { KeyId = "1" }, "RS256"),
        };
        Spoil(token);
        return Results.Json(
            new
            {
                access_token = "not looked at",
                token_type = "Bearer",
                expires_in = 300,
                id_token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token),
            }
        );
    }
}
