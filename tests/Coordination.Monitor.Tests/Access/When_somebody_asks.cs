using System.Net;
using System.Net.Http.Json;
using Coordination.Monitor.Tests.Acting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Coordination.Monitor.Tests.Access;

/// <summary>Who is let in, and what is refused.</summary>
public sealed class When_somebody_asks
{
    private static readonly string[] Roles = ["", "viewer", "operator", "approver", "admin", "payload-reader"];

    [Fact, Trait("req", "OPS-02")]
    public async Task Each_endpoint_takes_its_role_and_no_less()
    {
        await using var host = await ActingHost.StartAsync();
        var endpoints = host
            .Services.GetServices<EndpointDataSource>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/coordination/api/v1/", StringComparison.Ordinal))
            .Where(endpoint => !endpoint.RoutePattern.RawText!.Contains("openapi", StringComparison.Ordinal))
            .ToList();
        endpoints.Count.ShouldBeGreaterThan(8);
        var wrong = new List<string>();
        foreach (var endpoint in endpoints)
        {
            var path = Filled(endpoint.RoutePattern)["/coordination/api/v1/".Length..];
            var method = new HttpMethod(endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]);
            var needed = endpoint.Metadata.GetMetadata<RoleRequirement>()?.Role ?? MonitorRole.Viewer;
            foreach (var roles in Roles)
            {
                using var client = host.As("ann", roles);
                using var request = new HttpRequestMessage(method, path);
                request.Headers.Add("X-Coordination", "1");
                using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                var may = Held(roles).Is(needed);
                if ((answer.StatusCode == HttpStatusCode.Forbidden) == may || (int)answer.StatusCode >= 500)
                    wrong.Add($"{method} {path} as '{roles}': {(int)answer.StatusCode}");
            }
            using var stranger = new HttpClient { BaseAddress = new Uri(host.Address, "api/v1/") };
            using var unknown = await stranger.SendAsync(new HttpRequestMessage(method, path), HttpCompletionOption.ResponseHeadersRead);
            if (unknown.StatusCode != HttpStatusCode.Unauthorized)
                wrong.Add($"{method} {path} as nobody: {(int)unknown.StatusCode}");
        }
        wrong.ShouldBeEmpty();
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task Each_operation_takes_its_roles_and_no_less()
    {
        await using var host = await ActingHost.StartAsync();
        var wrong = new List<string>();
        foreach (var kind in OperationKind.All)
        {
            foreach (var roles in Roles.Append("operator,payload-reader"))
            {
                using var client = host.As("ann", roles);
                var answer = await client.OperateAsync(Sample(kind.Name));
                var may = kind.Missing(Held(roles)) is null && roles.Length > 0;
                if ((answer.StatusCode == HttpStatusCode.Forbidden) == may)
                    wrong.Add($"{kind.Name} as '{roles}': {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
        }
        wrong.ShouldBeEmpty();
        using var admin = host.As("ann");
        var refused = (await admin.ReadAsync("audit?outcome=forbidden&limit=200")).GetProperty("rows");
        refused.GetArrayLength().ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("", "")]
    public async Task A_page_of_another_site_changes_nothing(string header, string value)
    {
        await using var host = await ActingHost.StartAsync();
        var letter = await host.LetterAsync();
        using var ann = host.As("ann");
        using var request = new HttpRequestMessage(HttpMethod.Post, "operations")
        {
            Content = JsonContent.Create(
                new
                {
                    kind = "dead-letter.discard",
                    targets = new[] { new { letter } },
                    reason = "x",
                }
            ),
        };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (header.Length > 0)
        {
            request.Headers.Add("X-Coordination", "1");
            request.Headers.Add(header, value);
        }

        var answer = await ann.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.JsonAsync()).GetProperty("code").GetString().ShouldBe("OTHER_SITE");
        (await host.OneAsync("dead_letter", "state", "id", letter)).ShouldBe("open");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    public async Task A_form_is_no_operation(string type)
    {
        await using var host = await ActingHost.StartAsync();
        using var ann = host.As("ann");
        using var request = new HttpRequestMessage(HttpMethod.Post, "operations") { Content = new StringContent("{}", null, type) };
        request.Headers.Add("X-Coordination", "1");
        (await ann.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"kind":"run.cancel"}""")]
    [InlineData("""{"kind":"nothing","targets":[{}]}""")]
    [InlineData("""{"kind":"run.cancel","targets":[{}],"reason":"x"}""")]
    [InlineData("""{"kind":"run.cancel","targets":[{"run":"x"}],"reason":"x"}""")]
    [InlineData("""{"kind":"run.cancel","targets":[{"run":"0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55"}],"select":{"query":"a"},"reason":"x"}""")]
    [InlineData("""{"kind":"dead-letter.discard","select":{},"reason":"x"}""")]
    [InlineData("""{"kind":"dead-letter.discard","targets":[{"letter":1}],"reason":"x","parameters":{"force":true}}""")]
    public async Task What_is_no_operation_is_refused_with_its_fault(string body)
    {
        await using var host = await ActingHost.StartAsync();
        using var ann = host.As("ann");
        using var request = new HttpRequestMessage(HttpMethod.Post, "operations")
        {
            Content = new StringContent(body, null, "application/json"),
        };
        request.Headers.Add("X-Coordination", "1");
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());

        var answer = await ann.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await answer.JsonAsync();
        problem.GetProperty("traceId").GetString().ShouldNotBeNullOrEmpty();
        problem.GetProperty("problems")[0].GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Browsers_are_told_to_take_nothing_from_elsewhere()
    {
        await using var host = await ActingHost.StartAsync();
        using var ann = host.As("ann");
        foreach (var path in new[] { "", "runs/anything", "api/v1/me", "api/v1/nothing" })
        {
            var answer = await ann.GetAsync(new Uri(host.Address, path));
            answer
                .Headers.GetValues("Content-Security-Policy")
                .Single()
                .ShouldContain("default-src 'none'; script-src 'self'; style-src 'self'");
            answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        }
        var nothing = await ann.GetAsync(new Uri(host.Address, "api/v1/nothing"));
        nothing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        nothing.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Theory]
    [InlineData("Production", false, false, true)]
    [InlineData("Staging", false, false, true)]
    [InlineData("Development", false, false, false)]
    [InlineData("Production", true, false, false)]
    [InlineData("Production", false, true, false)]
    public async Task Outside_development_somebody_has_to_say_who_may(string environment, bool policy, bool anonymous, bool refuses)
    {
        await using var app = Bare(
            environment,
            monitor =>
            {
                monitor.Policy = policy ? "look" : null;
                if (anonymous)
                    monitor.AllowAnonymous();
            }
        );
        var map = () => app.MapCoordinationMonitor();
        if (refuses)
            Should.Throw<InvalidOperationException>(map).Message.ShouldContain("monitor.Policy");
        else
            Should.NotThrow(map);
    }

    [Fact]
    public async Task In_development_this_machine_alone_is_served_and_by_its_own_name()
    {
        await using var app = Bare("Development", _ => { });
        app.MapCoordinationMonitor();
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        (await client.GetAsync(new Uri("/coordination/api/v1/me", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var path in new[] { "/coordination/api/v1/me", "/coordination/" })
        {
            using var rebound = new HttpRequestMessage(HttpMethod.Get, path);
            rebound.Headers.Host = "evil.example";
            (await client.SendAsync(rebound)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }
    }

    private static WebApplication Bare(string environment, Action<MonitorOptions> monitor)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddAuthorization();
        var file = Path.Combine(Path.GetTempPath(), $"coordination-{Guid.NewGuid():N}.db");
        builder.Services.AddCoordination(backbone => backbone.UseInMemory().UseSqlite(file).AddRuns());
        builder.Services.RemoveAll<IHostedService>();
        builder.Services.AddCoordinationMonitor(monitor);
        builder.Services.RemoveAll<IHostedService>();
        return builder.Build();
    }

    private static Viewer Held(string roles)
    {
        var held = roles.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(role => MonitorRoles.Parse(role)!.Value).ToHashSet();
        if (held.Count > 0)
            held.Add(MonitorRole.Viewer);
        return new Viewer("ann", held, "api");
    }

    private static string Filled(Microsoft.AspNetCore.Routing.Patterns.RoutePattern pattern)
    {
        var path = pattern.RawText!;
        foreach (var parameter in pattern.Parameters)
        {
            var numeric = parameter.ParameterPolicies.Any(policy => policy.Content is "long" or "int");
            var value = numeric ? "1" : "0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55";
            var begin = path.IndexOf('{' + parameter.Name, StringComparison.Ordinal);
            path = path[..begin] + value + path[(path.IndexOf('}', begin) + 1)..];
        }
        return path;
    }

    private static object Sample(string kind)
    {
        var id = Guid.Parse("0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55");
        return kind switch
        {
            OperationKind.RunAnswer => new
            {
                kind,
                targets = new[]
                {
                    new
                    {
                        run = id,
                        step = "s",
                        question = "q",
                    },
                },
                parameters = new { answer = 1 },
            },
            OperationKind.EffectResolve => new
            {
                kind,
                targets = new[] { new { run = id, effect = "K" } },
                parameters = new { verdict = "happened" },
                reason = "x",
            },
            OperationKind.BallotAnswer => new
            {
                kind,
                targets = new[] { new { ballot = id } },
                parameters = new { option = "x" },
            },
            OperationKind.BallotReport => new
            {
                kind,
                targets = new[] { new { ballot = id } },
                parameters = new { right = "x" },
            },
            OperationKind.BallotCancel => new
            {
                kind,
                targets = new[] { new { ballot = id } },
                reason = "x",
            },
            OperationKind.TimerMove => new
            {
                kind,
                targets = new[] { new { timer = id } },
                parameters = new { delaySeconds = 1 },
                reason = "x",
            },
            OperationKind.TimerCancel => new
            {
                kind,
                targets = new[] { new { timer = id } },
                reason = "x",
            },
            OperationKind.LetterEdit => new
            {
                kind,
                targets = new[] { new { letter = 1 } },
                parameters = new { body = "{}" },
                reason = "x",
            },
            OperationKind.LetterRetry or OperationKind.LetterDiscard => new
            {
                kind,
                targets = new[] { new { letter = 1 } },
                reason = "x",
            },
            _ => new
            {
                kind,
                targets = new[] { new { run = id } },
                reason = "x",
            },
        };
    }
}
