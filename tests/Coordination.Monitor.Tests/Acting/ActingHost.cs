using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Sagas.Consensus;
using Coordination.Testing;
using Coordination.Workers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coordination.Monitor.Tests.Acting;

/// <summary>A backbone with a monitor, agents that leave work for people, and requests by whoever a header names.</summary>
internal sealed class ActingHost : IAsyncDisposable
{
    public const string Everything = "viewer,operator,approver,admin,payload-reader";
    private readonly WebApplication app;
    private readonly string? folder;

    private ActingHost(WebApplication app, string? folder) => (this.app, this.folder) = (app, folder);

    public Uri Address => new($"{app.Urls.First()}/coordination/");

    public IServiceProvider Services => app.Services;

    public static async Task<ActingHost> StartAsync(bool postgres = false, Action<MonitorOptions>? monitor = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = postgres ? null : Directory.CreateTempSubdirectory("coordination-monitor-").FullName;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var servers = postgres
            ? (
                Rabbit: await (await TestServers.Rabbit(cancellation)).NewVirtualHostAsync(cancellation),
                Postgres: await (await TestServers.Postgres(cancellation)).NewDatabaseAsync(ct: cancellation)
            )
            : default;
        builder.Services.AddCoordination(backbone =>
        {
            if (postgres)
                backbone.UseRabbitMq(servers.Rabbit.ToString()).UsePostgres(servers.Postgres);
            else
                backbone.UseInMemory().UseSqlite(Path.Combine(data!, "coordination.db"));
            backbone.AddRuns().AddConsensus(OneWhoDissents);
        });
        builder.Services.AddAgent<Slow>("slow").AddAgent<Asking>("asking").AddAgent<Doubtful>("doubtful");
        builder
            .Services.AddVoter<SaysYes>("says-yes", voter => voter.Inline = true)
            .AddVoter<Agrees>("agrees", voter => voter.Inline = true)
            .AddVoter<SaysNo>("says-no", voter => voter.Inline = true);
        builder.Services.AddCoordinationMonitor(options =>
        {
            options.Policy = "look";
            monitor?.Invoke(options);
        });
        builder.Services.AddAuthentication(ByHeader.Name).AddScheme<AuthenticationSchemeOptions, ByHeader>(ByHeader.Name, null);
        builder.Services.AddAuthorization(options => options.AddPolicy("look", policy => policy.RequireAuthenticatedUser()));
        var built = builder.Build();
        built.UseAuthentication();
        built.UseAuthorization();
        built.MapCoordinationMonitor();
        await built.Services.GetRequiredService<SchemaMigrator>().MigrateAsync(cancellationToken: cancellation);
        await built.StartAsync(cancellation);
        var host = new ActingHost(built, data);
        await Eventually.Until(
            async () => (await host.Services.GetRequiredService<RunClient>().GetAgentTypesAsync(cancellation)).Count >= 6,
            TimeSpan.FromSeconds(30),
            "the agents",
            cancellation
        );
        return host;
    }

    /// <summary>Requests as this person, with these roles.</summary>
    public HttpClient As(string user, string roles = Everything)
    {
        var client = new HttpClient { BaseAddress = new Uri(Address, "api/v1/"), Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.Add("X-Test-User", user);
        client.DefaultRequestHeaders.Add("X-Test-Roles", roles);
        return client;
    }

    /// <summary>A run of one step.</summary>
    public async Task<Guid> RunAsync(string agent, string until)
    {
        var runs = Services.GetRequiredService<RunClient>();
        var id = await runs.SubmitAsync(Plan.Named("work").Step("one", agent).Within(TimeSpan.FromHours(1)).Build());
        await Eventually.Until(
            async () => until == "running" ? (await runs.GetAsync(id))?.Status == "running" : await StepAsync(id) == until,
            TimeSpan.FromSeconds(30),
            $"a step that is {until}",
            TestContext.Current.CancellationToken
        );
        return id;
    }

    public async Task<string?> StepAsync(Guid run) =>
        await OneAsync("coord_v1_steps", "status", "run_id", run) is { } status ? status : null;

    public async Task<string?> OneAsync(string view, string column, string key, object id)
    {
        var units = Services.GetRequiredService<IUnitOfWorkFactory>();
        var kind = id is Guid ? ColumnKind.Uuid : ColumnKind.Int64;
        var rows = await units.QueryAsync(
            new Statement($"SELECT CAST({column} AS text) FROM {units.Dialect.Table(view)} WHERE {key} = @id", ("id", id, kind)),
            row => row.IsDBNull(0) ? "" : row.GetString(0)
        );
        return rows is [var one, ..] ? one : null;
    }

    /// <summary>A ballot its voters do not agree on.</summary>
    public async Task<Guid> BallotAsync(string requester = "test")
    {
        var ballots = Services.GetRequiredService<BallotClient>();
        var id = await ballots.OpenAsync(
            new BallotRequest
            {
                Policy = "both",
                Question = "Really?",
                Options = [BallotRequest.Option("yes"), BallotRequest.Option("no")],
                Flags = ["fraud"],
                Subject = System.Text.Json.JsonSerializer.SerializeToElement(new { order = 17 }),
                Requester = requester,
            }
        );
        await Eventually.Until(
            async () => (await ballots.GetAsync(id))?.Status == "people",
            TimeSpan.FromSeconds(30),
            "a ballot that asks people",
            TestContext.Current.CancellationToken
        );
        return id;
    }

    /// <summary>A run whose one step its voters do not agree on.</summary>
    public Task<Guid> DisputedAsync() =>
        Services
            .GetRequiredService<RunClient>()
            .SubmitAsync(
                Plan.Named("disputed")
                    .Step(
                        "one",
                        "slow",
                        decision: new DecisionPlan
                        {
                            Policy = "both",
                            Question = "Really?",
                            Allow = "yes",
                            Others = ["no"],
                            Flags = ["fraud"],
                        }
                    )
                    .Within(TimeSpan.FromHours(1))
                    .Build()
            );

    /// <summary>A cancellation of a run that does not exist, parked.</summary>
    public async Task<long> LetterAsync(string reason = "HANDLER_FAILED")
    {
        var letters = Services.GetRequiredService<IDeadLetters>();
        var run = Guid.CreateVersion7();
        var envelope = Services.GetRequiredService<EnvelopeFactory>().Root(run) with { RunId = run };
        var message = ContractOutgoing.To(Wire.RunsEndpoint, new CancelRun { RunId = run, RequestedBy = "test" }, envelope);
        await letters.ParkAsync(
            new Persistence.ParkedMessage
            {
                Endpoint = Wire.RunsEndpoint,
                Reason = reason,
                Detail = "for the test",
                Message = message,
            }
        );
        return (await letters.ListAsync(new LetterFilter { GroupId = message.GroupId }, 1))[0].Id;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        if (folder is not null)
            Directory.Delete(folder, recursive: true);
    }

    private static void OneWhoDissents(ConsensusOptions consensus)
    {
        consensus.Voters.Add(new VoterProfile { Name = "says-yes", Family = "a" });
        consensus.Voters.Add(new VoterProfile { Name = "agrees", Family = "a" });
        consensus.Voters.Add(
            new VoterProfile
            {
                Name = "says-no",
                Family = "b",
                ExpertDomains = ["fraud"],
            }
        );
        consensus.Policies.Add(
            new BallotPolicy
            {
                Name = "both",
                Domain = "tests",
                Voters = ["says-yes", "agrees", "says-no"],
                Deadline = TimeSpan.FromSeconds(20),
            }
        );
    }

    private sealed class ByHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        public const string Name = "header";

        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers["X-Test-User"].ToString() is not { Length: > 0 } user)
                return Task.FromResult(AuthenticateResult.NoResult());
            var identity = new ClaimsIdentity(Name);
            identity.AddClaim(new Claim(ClaimTypes.Name, user));
            foreach (var role in Request.Headers["X-Test-Roles"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries))
                identity.AddClaim(new Claim(ClaimTypes.Role, role));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name)));
        }
    }
}

internal static class Requests
{
    /// <summary>Posts an operation as the page does.</summary>
    public static Task<HttpResponseMessage> OperateAsync(this HttpClient client, object request, Guid? key = null)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, "operations") { Content = JsonContent.Create(request) };
        message.Headers.Add("X-Coordination", "1");
        message.Headers.Add("Idempotency-Key", (key ?? Guid.NewGuid()).ToString());
        return client.SendAsync(message, TestContext.Current.CancellationToken);
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer) =>
        JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

    public static async Task<JsonElement> ReadAsync(this HttpClient client, string path)
    {
        var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return await answer.JsonAsync();
    }
}

internal sealed record Nothing;

internal sealed class Slow : IAgent<Nothing, Nothing>
{
    public async Task<Nothing> ExecuteAsync(Nothing input, AgentContext context, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return input;
    }
}

internal sealed class Asking : IAgent<Nothing, Nothing>
{
    public Task<Nothing> ExecuteAsync(Nothing input, AgentContext context, CancellationToken cancellationToken)
    {
        context.Ask<bool>("may-i", "May I?");
        return Task.FromResult(input);
    }
}

internal sealed class Doubtful : IAgent<Nothing, Nothing>
{
    private static readonly EffectTool Send = new("send", EffectClass.Irreversible);

    public Task<Nothing> ExecuteAsync(Nothing input, AgentContext context, CancellationToken cancellationToken) =>
        context.Effect(Send, new { to = "x" }, (_, _) => Task.FromException<Nothing>(new IOException("The line broke.")));
}

internal sealed class SaysYes : IVoter
{
    public Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken) =>
        Task.FromResult(VoteAnswer.For("yes", 0.9, "because"));
}

internal sealed class Agrees : IVoter
{
    public Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken) =>
        Task.FromResult(VoteAnswer.For("yes", 0.6, "as the other said"));
}

internal sealed class SaysNo : IVoter
{
    public Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken) =>
        Task.FromResult(VoteAnswer.For("no", 0.9, "because not"));
}
