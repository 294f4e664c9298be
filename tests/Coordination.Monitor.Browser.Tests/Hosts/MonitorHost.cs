using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Coordination.Persistence;
using Coordination.Testing;
using Coordination.Workers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Monitor.Browser.Tests.Hosts;

/// <summary>The backbone with agents, voters and the monitor in one process; a cookie says who looks. It can be stopped and started again where it was.</summary>
internal sealed class MonitorHost : IAsyncDisposable
{
    public const string Everything = "viewer,operator,approver,admin,payload-reader";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("coordination-browser-");
    private readonly int port = FreePort.Next();
    private readonly MonitorHostOptions options;
    private int live;
    private int liveEver;
    private WebApplication? app;

    private MonitorHost(MonitorHostOptions options) => this.options = options;

    public Uri Address => new($"http://127.0.0.1:{port}/coordination/");
    public IServiceProvider Services => app?.Services ?? throw new InvalidOperationException("The host is stopped.");
    public RunClient Runs => Services.GetRequiredService<RunClient>();
    public BallotClient Ballots => Services.GetRequiredService<BallotClient>();

    /// <summary>Streams of changes that are open now.</summary>
    public int Live => Volatile.Read(ref live);

    /// <summary>Streams of changes that were ever opened.</summary>
    public int LiveEver => Volatile.Read(ref liveEver);

    /// <summary>Answers the API gives instead of its own; null: its own.</summary>
    public Func<HttpRequest, int?>? Broken { get; set; }

    public static async Task<MonitorHost> StartAsync(MonitorHostOptions? options = null)
    {
        var host = new MonitorHost(options ?? new MonitorHostOptions());
        await host.StartAsync();
        return host;
    }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddRoutingCore();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddAuthorization(authorization => authorization.AddPolicy("look", policy => policy.RequireAuthenticatedUser()));
        builder.Services.AddCoordination(backbone =>
            backbone.UseInMemory().UseSqlite(Path.Combine(folder.FullName, "coordination.db")).AddRuns().AddConsensus(Fleet.Policies)
        );
        // Agents that wait for ever are not waited for.
        builder.Services.ConfigureWorkers(workers => workers.ShutdownGrace = TimeSpan.Zero);
        if (options.WithAgents)
            Fleet.AddTo(builder.Services);
        builder.Services.AddCoordinationMonitor(monitor =>
        {
            monitor.Policy = "look";
            monitor.EnvironmentName = "test";
            monitor.ConfirmAbove = options.ConfirmAbove;
        });
        app = builder.Build();
        app.Use(RecogniseAsync);
        app.Use(CountAsync);
        app.UseAuthorization();
        app.MapCoordinationMonitor();
        await app.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
        await app.StartAsync();
        if (options.WithAgents)
            await Eventually.Until(async () => (await Runs.GetAgentTypesAsync()).Count >= Fleet.Types, Patience, "the agents to say hello");
    }

    /// <summary>The process ends; its database stays.</summary>
    public async Task StopAsync()
    {
        if (app is null)
            return;
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await app.StopAsync(soon.Token);
        await app.DisposeAsync();
        app = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Delete(recursive: true);
    }

    /// <summary>What the API tells this person.</summary>
    public async Task<JsonElement> GetAsync(string path, string user = "reader", string roles = Everything)
    {
        using var http = Client(user, roles);
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue($"{path}: {(int)answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    public async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> reached)
    {
        JsonElement last = default;
        await Eventually.Until(async () => reached(last = await GetAsync(path)), Patience, $"{path} to say so");
        return last;
    }

    /// <summary>Does something as the page would.</summary>
    public async Task<JsonElement> OperateAsync(object request, string user = "somebody")
    {
        using var http = Client(user, Everything);
        using var message = new HttpRequestMessage(HttpMethod.Post, "operations") { Content = JsonContent.Create(request) };
        message.Headers.Add("X-Coordination", "1");
        message.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await http.SendAsync(message);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private HttpClient Client(string user, string roles)
    {
        var http = new HttpClient { BaseAddress = new Uri(Address, "api/v1/"), Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Add("Cookie", $"who={SignIn.Cookie(user, roles)}");
        return http;
    }

    private static Task RecogniseAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Cookies["who"] is { } who)
            context.User = SignIn.Read(who);
        return next(context);
    }

    private async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        var isApi = context.Request.Path.StartsWithSegments("/coordination/api", StringComparison.Ordinal);
        if (isApi && Broken?.Invoke(context.Request) is { } status)
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsJsonAsync(
                new
                {
                    type = "about:blank",
                    title = "The database does not answer",
                    status,
                    detail = "connection refused",
                    traceId = "4bf92f3577b34da6a3ce929d0e0e4736",
                },
                options: null,
                contentType: "application/problem+json"
            );
            return;
        }
        if (!context.Request.Path.StartsWithSegments("/coordination/api/v1/events", StringComparison.Ordinal))
        {
            await next(context);
            return;
        }
        Interlocked.Increment(ref live);
        Interlocked.Increment(ref liveEver);
        try
        {
            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref live);
        }
    }
}

internal sealed record MonitorHostOptions(bool WithAgents = true, int ConfirmAbove = 5);

/// <summary>Who looks, in a cookie: a browser sends it with everything, the live stream of a shared worker too.</summary>
internal static class SignIn
{
    public static string Cookie(string user, string roles) => Uri.EscapeDataString($"{user}|{roles}");

    public static ClaimsPrincipal Read(string cookie)
    {
        var parts = Uri.UnescapeDataString(cookie).Split('|');
        var identity = new ClaimsIdentity("cookie");
        identity.AddClaim(new Claim(ClaimTypes.Name, parts[0]));
        foreach (var role in parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries))
            identity.AddClaim(new Claim(ClaimTypes.Role, role));
        return new ClaimsPrincipal(identity);
    }
}
