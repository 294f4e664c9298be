using System.Text.Json;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Sagas.Runs;
using Coordination.Testing;
using Coordination.Workers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordination.Monitor.Tests;

/// <summary>The backbone with three agent types and the monitor in one process, over the database and the broker the test chooses.</summary>
internal sealed class MonitorHost : IAsyncDisposable
{
    private const string Policy = "monitor";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly WebApplication web;
    private readonly DirectoryInfo? place;

    private MonitorHost(WebApplication app, DirectoryInfo? folder)
    {
        (web, place) = (app, folder);
        Http = new HttpClient { BaseAddress = new Uri($"{app.Urls.First()}/coordination/api/v1/"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public HttpClient Http { get; }

    public RunClient Runs => Get<RunClient>();

    public IUnitOfWorkFactory Units => Get<IUnitOfWorkFactory>();

    public T Get<T>()
        where T : notnull => web.Services.GetRequiredService<T>();

    /// <summary>In-memory transport and SQLite.</summary>
    public static Task<MonitorHost> EmbeddedAsync(Action<HostSetting>? set = null)
    {
        var folder = Directory.CreateTempSubdirectory("coordination-monitor-");
        return StartAsync(coordination => coordination.UseInMemory().UseSqlite(Path.Combine(folder.FullName, "runs.db")), folder, set);
    }

    /// <summary>RabbitMQ and PostgreSQL.</summary>
    public static async Task<MonitorHost> OnServersAsync(CancellationToken ct, Action<HostSetting>? set = null)
    {
        var postgres = await TestServers.Postgres(ct);
        var rabbit = await TestServers.Rabbit(ct);
        return await OverAsync(await postgres.NewDatabaseAsync(ct: ct), (await rabbit.NewVirtualHostAsync(ct)).ToString(), set);
    }

    public static Task<MonitorHost> OverAsync(string database, string broker, Action<HostSetting>? set = null) =>
        StartAsync(coordination => coordination.UseRabbitMq(broker).UsePostgres(database), null, set);

    private static async Task<MonitorHost> StartAsync(
        Func<CoordinationBuilder, CoordinationBuilder> use,
        DirectoryInfo? folder,
        Action<HostSetting>? set
    )
    {
        var setting = new HostSetting();
        set?.Invoke(setting);
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        if (Environment.GetEnvironmentVariable("MONITOR_TEST_LOG") is not null)
            builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddAuthentication(TestUsers.Scheme).AddScheme<AuthenticationSchemeOptions, TestUsers>(TestUsers.Scheme, null);
        builder.Services.AddAuthorization(options => options.AddPolicy(Policy, policy => policy.RequireAuthenticatedUser()));
        builder.Services.AddCoordination(coordination => use(coordination).AddRuns(setting.Runs));
        if (setting.WithAgents)
        {
            foreach (var agent in new[] { "planner", "coder", "critic" })
                builder.Services.AddAgent<Doer>(agent);
        }
        builder.Services.AddRunClient();
        builder.Services.ConfigureWorkers(workers =>
        {
            workers.PollInterval = TimeSpan.FromMilliseconds(50);
            workers.ClaimWait = TimeSpan.FromMilliseconds(200);
        });
        builder.Services.AddCoordinationMonitor(monitor =>
        {
            monitor.Policy = Policy;
            setting.Monitor?.Invoke(monitor);
        });
        setting.Services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapCoordinationMonitor();
        await app.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
        await app.StartAsync();
        return new MonitorHost(app, folder);
    }

    /// <summary>What a viewer with these roles gets.</summary>
    public async Task<JsonElement> GetAsync(string path, string roles = "viewer")
    {
        var (status, text) = await TextAsync(path, roles);
        status.ShouldBe(200, $"{path}: {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    public async Task<(int Status, string Text)> TextAsync(string path, string roles = "viewer")
    {
        using var request = Request(path, roles);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The answer as it was sent, to a viewer.</summary>
    public async Task<byte[]> BytesAsync(string path)
    {
        using var request = Request(path);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    public static HttpRequestMessage Request(string path, string roles = "viewer")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add(TestUsers.UserHeader, "ada");
        request.Headers.Add(TestUsers.RolesHeader, roles);
        return request;
    }

    /// <summary>Asks until the answer has a status.</summary>
    public async Task<JsonElement> UntilStatusAsync(string path, int status)
    {
        (int Status, string Text) answer = default;
        await Eventually.Until(
            async () => (answer = await TextAsync(path)).Status == status,
            Patience,
            $"{path} to answer {status}",
            TestContext.Current.CancellationToken
        );
        return JsonSerializer.Deserialize<JsonElement>(answer.Text!);
    }

    /// <summary>Asks until the answer is as it should be.</summary>
    public async Task<JsonElement> UntilAsync(
        string path,
        Func<JsonElement, bool> reached,
        string roles = "viewer",
        TimeSpan? within = null
    )
    {
        JsonElement answer = default;
        try
        {
            await Eventually.Until(
                async () => reached(answer = await GetAsync(path, roles)),
                within ?? Patience,
                $"{path} to say so",
                TestContext.Current.CancellationToken
            );
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} It says {answer}", late);
        }
        return answer;
    }

    /// <summary>Submits a plan, waits for its end, and for the list to know it.</summary>
    public async Task<Guid> RunAsync(RunPlan plan, SubmitOptions? options = null)
    {
        var run = await Runs.SubmitAsync(plan, options, TestContext.Current.CancellationToken);
        var info = await Runs.WaitAsync(run, Patience, TestContext.Current.CancellationToken);
        await ListedAsync(run, row => row.GetProperty("status").GetString() == info.Status);
        return run;
    }

    public Task<JsonElement> ListedAsync(Guid run, Func<JsonElement, bool>? reached = null) =>
        UntilAsync(
            $"runs?q=id:{run:N}",
            page => page.GetProperty("rows") is var rows && rows.GetArrayLength() == 1 && reached?.Invoke(rows[0]) is not false
        );

    public Task StopAsync() => web.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await web.StopAsync();
        await web.DisposeAsync();
        place?.Delete(recursive: true);
    }
}

/// <summary>What is different from other hosts.</summary>
internal sealed class HostSetting
{
    public bool WithAgents { get; set; } = true;
    public Action<RunsOptions>? Runs { get; set; }
    public Action<MonitorOptions>? Monitor { get; set; }
    public Action<IServiceCollection>? Services { get; set; }
}
