using System.Net;
using System.Security.Cryptography;
using Coordination.Host.CommandLine;
using Coordination.Testing;
using Microsoft.IdentityModel.Tokens;

namespace Coordination.Host.Tests.SignIn;

/// <summary><c>coordination monitor</c> with an OpenID provider: the whole way of a browser, and every way in that is none.</summary>
[Trait("needs", "servers")]
public sealed class When_people_sign_in : IAsyncLifetime
{
    private readonly CancellationTokenSource stop = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("coordination-sign-in-");
    private string url = "";
    private Provider provider = null!;
    private Visitor visitor = null!;
    private Task<Typed> monitor = Task.FromResult(new Typed(0, "", ""));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        provider = await Provider.StartAsync();
        var database = await (await TestServers.Postgres(Cancel)).NewDatabaseAsync(ct: Cancel);
        (await Typed.RunAsync("migrate", "--database", database)).ExitCode.ShouldBe(ExitCode.Ok);
        url = $"http://127.0.0.1:{FreePort.Next()}";
        var secret = Path.Combine(folder.FullName, "secret");
        await File.WriteAllTextAsync(secret, Provider.Secret + "\n", Cancel);
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Coordination__Monitor__Oidc__Authority"] = provider.Address,
            ["Coordination__Monitor__Oidc__ClientId"] = Provider.Client,
            ["Coordination__Monitor__Oidc__ClientSecretFile"] = secret,
            ["Coordination__Monitor__Oidc__Roles__team-support"] = "operator",
            ["Coordination__Monitor__BehindProxy"] = "true",
        };
        monitor = Task.Run(
            () => Typed.RunAsync(environment, ["monitor", "--urls", url, "--database", database], cancellationToken: stop.Token),
            Cancel
        );
        visitor = new Visitor(url);
        await Eventually.Until(
            async () => monitor.IsCompleted || (await Typed.RunAsync("health", "--url", url)).ExitCode == ExitCode.Ok,
            TimeSpan.FromSeconds(60),
            "the monitor to be ready",
            Cancel
        );
        monitor.IsCompleted.ShouldBeFalse(monitor.IsCompleted ? (await monitor).All : "");
    }

    public async ValueTask DisposeAsync()
    {
        visitor.Dispose();
        await stop.CancelAsync();
        await monitor;
        stop.Dispose();
        await provider.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task A_page_leads_to_the_provider_and_back_to_itself_with_the_roles_of_the_claim()
    {
        provider.Claims["roles"] = new[] { "team-support", "coordination-payload-reader", "something else" };

        using var page = await visitor.OpenAsync("/coordination/runs?q=status%3Afailed");

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe("/coordination/runs?q=status%3Afailed");
        var asked = visitor.Way.Single(address => address.AbsolutePath == "/authorize").Query;
        asked.ShouldContain("code_challenge_method=S256");
        asked.ShouldContain("nonce=");
        var me = await visitor.MeAsync();
        me.GetProperty("user").GetString().ShouldBe("ann");
        me.GetProperty("roles").EnumerateArray().Select(role => role.GetString()).ShouldBe(["viewer", "operator", "payload-reader"]);
        me.GetProperty("signOut").GetString().ShouldBe("/coordination/sign-out");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task Its_cookies_come_back_from_the_provider_on_any_machine_and_are_no_script_s()
    {
        using var page = await visitor.OpenAsync("/coordination/");

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        // A browser throws "none" away where there is no HTTPS, and takes "lax" along when the provider leads back.
        visitor.Given.ShouldNotBeEmpty();
        visitor.Given.ShouldAllBe(cookie => cookie.Contains("samesite=lax", StringComparison.OrdinalIgnoreCase));
        visitor.Given.ShouldAllBe(cookie => cookie.Contains("httponly", StringComparison.OrdinalIgnoreCase));
        visitor.Way.Single(address => address.AbsolutePath == "/coordination/signed-in").Query.ShouldContain("code=");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task A_proxy_that_ends_HTTPS_is_led_back_to_by_HTTPS()
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        using var answer = await http.GetAsync(new Uri($"{url}/coordination/"), Cancel);

        answer.Headers.Location!.Query.ShouldContain($"redirect_uri={Uri.EscapeDataString($"https{url[4..]}/coordination/signed-in")}");
        answer.Headers.GetValues("Set-Cookie").ShouldAllBe(cookie => cookie.Contains("secure", StringComparison.OrdinalIgnoreCase));
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task Whoever_has_no_role_is_signed_in_and_sees_nothing()
    {
        using var page = await visitor.OpenAsync("/coordination/");

        (await visitor.StatusAsync("/coordination/api/v1/runs")).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task The_API_says_that_nobody_is_signed_in_and_leads_nowhere()
    {
        (await visitor.StatusAsync("/coordination/api/v1/me")).ShouldBe(HttpStatusCode.Unauthorized);
        (await visitor.StatusAsync("/coordination/api/v1/events?topics=runs")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory, Trait("req", "OPS-02")]
    [InlineData("audience")]
    [InlineData("issuer")]
    [InlineData("expired")]
    [InlineData("nonce")]
    [InlineData("no nonce")]
    [InlineData("another key")]
    [InlineData("state")]
    public async Task A_token_or_an_answer_that_is_not_right_is_refused_in_words(string wrong)
    {
        provider.Claims["roles"] = "admin";
        using var another = RSA.Create(2048);
        provider.Spoil = token =>
        {
            switch (wrong)
            {
                case "audience":
                    token.Audience = "another application";
                    break;
                case "issuer":
                    token.Issuer = "https://login.example.org";
                    break;
                case "expired":
                    (token.IssuedAt, token.NotBefore, token.Expires) = (Ago(30), Ago(30), Ago(20));
                    break;
                case "nonce":
                    token.Claims["nonce"] = "of another sign-in";
                    break;
                case "no nonce":
                    token.Claims.Remove("nonce");
                    break;
                case "another key":
                    token.SigningCredentials = new SigningCredentials(new RsaSecurityKey(another) { KeyId = "1" }, "RS256");
                    break;
            }
        };
        if (wrong == "state")
            provider.SpoilState = state => state[..^8] + "AAAAAAAA";

        using var page = await visitor.OpenAsync("/coordination/");

        page.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await page.Content.ReadAsStringAsync(Cancel)).ShouldContain("could not be signed in");
        page.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/coordination/signed-in");
        visitor.IsSignedIn.ShouldBeFalse();
        (await visitor.StatusAsync("/coordination/api/v1/me")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task Signing_out_ends_the_session_here_and_at_the_provider()
    {
        (await visitor.OpenAsync("/coordination/")).Dispose();
        visitor.IsSignedIn.ShouldBeTrue();
        (await visitor.StatusAsync("/coordination/sign-out", "cross-site")).ShouldBe(HttpStatusCode.Forbidden);
        visitor.Way.Clear();

        using var page = await visitor.OpenAsync("/coordination/sign-out");

        var end = visitor.Way.Single(address => address.AbsolutePath == "/end");
        end.Query.ShouldContain("post_logout_redirect_uri=");
        // Without one of these providers ask whose session it is, or refuse.
        provider.Ended!["id_token_hint"].ToString().ShouldNotBeEmpty();
        provider.Ended["client_id"].ToString().ShouldBe(Provider.Client);
        visitor.Way.ShouldContain(address => address.AbsolutePath == "/coordination/signed-out");
        // It led on to the page, which leads to the provider again.
        visitor.Way[^1].AbsolutePath.ShouldBe("/coordination/");
        visitor.Way.ShouldContain(address => address.AbsolutePath == "/authorize");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task Signing_out_works_with_a_provider_that_ends_no_sessions()
    {
        provider.EndsSessions = false;
        (await visitor.OpenAsync("/coordination/")).Dispose();

        using var page = await visitor.OpenAsync("/coordination/sign-out");

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await page.Content.ReadAsStringAsync(Cancel)).ShouldContain("signed out");
        visitor.IsSignedIn.ShouldBeFalse();
        (await visitor.StatusAsync("/coordination/api/v1/me")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static DateTime Ago(int minutes) => TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-minutes);
}
