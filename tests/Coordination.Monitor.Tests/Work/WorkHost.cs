using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Persistence;
using Coordination.Sagas.Consensus;
using Coordination.Testing;
using Coordination.Workers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Monitor.Tests.Work;

/// <summary>The backbone with agents, voters and the monitor in one process, and what its API says.</summary>
internal sealed class WorkHost(WebApplication app, string address, DirectoryInfo? folder) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HttpClient http = new() { BaseAddress = new Uri($"{address}/coordination/api/v1/") };

    public IServiceProvider Services => app.Services;
    public BallotClient Ballots => app.Services.GetRequiredService<BallotClient>();
    public RunClient Runs => app.Services.GetRequiredService<RunClient>();
    public IUnitOfWorkFactory Units => app.Services.GetRequiredService<IUnitOfWorkFactory>();

    public static Task<WorkHost> EmbeddedAsync()
    {
        var folder = Directory.CreateTempSubdirectory("coordination-work-");
        return StartAsync(coordination => coordination.UseInMemory().UseSqlite(Path.Combine(folder.FullName, "work.db")), folder);
    }

    public static async Task<WorkHost> OnServersAsync(CancellationToken ct)
    {
        var rabbit = await TestServers.Rabbit(ct);
        return await OnServersAsync(await rabbit.NewVirtualHostAsync(ct), ct);
    }

    public static async Task<WorkHost> OnServersAsync(Uri broker, CancellationToken ct)
    {
        var postgres = await TestServers.Postgres(ct);
        var database = await postgres.NewDatabaseAsync(ct: ct);
        return await StartAsync(coordination => coordination.UseRabbitMq(broker.ToString()).UsePostgres(database));
    }

    private static async Task<WorkHost> StartAsync(Func<CoordinationBuilder, CoordinationBuilder> use, DirectoryInfo? folder = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddAuthorization(options => options.AddPolicy("anybody", policy => policy.RequireAssertion(_ => true)));
        builder.Services.AddCoordination(coordination => use(coordination).AddRuns().AddConsensus(Policies));
        builder.Services.AddVoter<Says>("refund-a");
        builder.Services.AddVoter<Says>("refund-b");
        builder.Services.AddVoter<Says>("fraud-desk");
        builder.Services.AddAgent<Payer>("payer");
        builder.Services.AddCoordinationMonitor(monitor => monitor.Policy = "anybody");
        var app = builder.Build();
        app.Use(
            (context, next) =>
            {
                var roles = context.Request.Headers["x-roles"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);
                Claim[] claims =
                [
                    new(ClaimTypes.Name, context.Request.Headers["x-user"].ToString()),
                    .. roles.Select(role => new Claim("role", role)),
                ];
                context.User = new ClaimsPrincipal(new ClaimsIdentity(claims, "test"));
                return next(context);
            }
        );
        app.UseAuthorization();
        app.MapCoordinationMonitor();
        await app.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
        await app.StartAsync();
        return new WorkHost(app, app.Urls.First(), folder);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        folder?.Delete(recursive: true);
    }

    /// <summary>What a viewer with these roles gets.</summary>
    public async Task<JsonElement> GetAsync(string path, string roles = "viewer", string user = "ada")
    {
        var (status, text) = await TextAsync(path, roles, user);
        status.ShouldBe(200, $"{path}: {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    public async Task<(int Status, string Text)> TextAsync(string path, string roles = "viewer", string user = "ada")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("x-roles", roles);
        request.Headers.Add("x-user", user);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> reached, string roles = "viewer")
    {
        JsonElement answer = default;
        await Eventually.Until(async () => reached(answer = await GetAsync(path, roles)), Patience, $"{path} to say so: {answer}");
        return answer;
    }

    /// <summary>Opens a ballot in which each voter says what is written behind its name; <c>-</c>: nothing.</summary>
    public Task<Guid> OpenAsync(string says, Func<BallotRequest, BallotRequest>? change = null)
    {
        var request = new BallotRequest
        {
            Policy = "refund",
            Question = says,
            Options = [BallotRequest.Option("refund", new { order = "o-17", amount = 90 }), BallotRequest.Option("review")],
            Subject = new { order = "o-17", card = "4711" },
            SafeOption = "review",
            Flags = ["fraud"],
            Evidence = ["ticket/1"],
        };
        return Ballots.OpenAsync(change?.Invoke(request) ?? request);
    }

    /// <summary>Sends something no endpoint can take, and waits until it is parked.</summary>
    public async Task ParkAsync(
        string contract,
        string endpoint = Wire.RunsEndpoint,
        Guid? run = null,
        string body = """{"x":1}""",
        int count = 1
    )
    {
        var before = (await GetAsync("dead-letters?limit=200&state=all")).GetProperty("rows").GetArrayLength();
        await using var work = Units.Create();
        for (var i = 0; i < count; i++)
        {
            var headers = new Dictionary<string, string>
            {
                [EnvelopeHeaders.Contract] = contract,
                ["x-api-key"] = "s3cr3t",
                ["traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            };
            if (run is { } id)
                headers[EnvelopeHeaders.RunId] = $"{id}";
            work.Send(
                new OutgoingMessage
                {
                    MessageId = Guid.CreateVersion7(),
                    Destination = Wire.Address(endpoint),
                    MessageType = contract,
                    ContentType = Wire.ContentType.ToString(),
                    Body = Encoding.UTF8.GetBytes(body),
                    GroupId = run,
                    Headers = headers,
                }
            );
        }
        await work.CommitAsync();
        await UntilAsync("dead-letters?limit=200&state=all", page => page.GetProperty("rows").GetArrayLength() == before + count);
    }

    private static void Policies(ConsensusOptions options)
    {
        options.Voters.Add(new VoterProfile { Name = "refund-a", Family = "x" });
        options.Voters.Add(new VoterProfile { Name = "refund-b", Family = "y" });
        options.Voters.Add(
            new VoterProfile
            {
                Name = "fraud-desk",
                Family = "z",
                VetoDomains = ["payments"],
                ExpertDomains = ["fraud"],
            }
        );
        options.Policies.Add(
            new BallotPolicy
            {
                Name = "refund",
                Domain = "payments",
                Voters = ["refund-a", "refund-b", "fraud-desk"],
                Deadline = TimeSpan.FromSeconds(20),
            }
        );
    }
}

/// <summary>Votes as the question says: <c>refund-a=refund fraud-desk=review</c>.</summary>
internal sealed class Says(IHostApplicationLifetime life) : IVoter
{
    public async Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken)
    {
        var said =
            question.Question.Split(' ').Select(word => word.Split('=')).FirstOrDefault(word => word[0] == context.AgentType)?[1]
            ?? "refund";
        if (said == "-")
            await Task.Delay(Timeout.Infinite, life.ApplicationStopping);
        return VoteAnswer.For(said, confidence: 0.9, rationale: $"because of {said}", evidence: [$"doc/{context.AgentType}"]);
    }
}

/// <summary>Pays, and does not hear whether it did.</summary>
internal sealed class Payer : IAgent<JsonElement, JsonElement>
{
    public async Task<JsonElement> ExecuteAsync(JsonElement input, AgentContext context, CancellationToken cancellationToken)
    {
        await context.Effect<int>("pay", EffectClass.Irreversible, new { order = 17 }, (_, _) => throw new TimeoutException("no answer"));
        return input;
    }
}
