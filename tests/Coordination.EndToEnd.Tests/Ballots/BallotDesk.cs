using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Sagas.Consensus;
using Coordination.Testing;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.EndToEnd.Tests.Ballots;

/// <summary>A process that hosts ballots, votes, or both, on a real broker and database; and a look at what it stored.</summary>
internal sealed class BallotDesk : IAsyncDisposable
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly IHost host;

    private BallotDesk(IHost host) => this.host = host;

    public BallotClient Client => host.Services.GetRequiredService<BallotClient>();

    public IUnitOfWorkFactory Units => host.Services.GetRequiredService<IUnitOfWorkFactory>();

    /// <summary>Starts it. Without <paramref name="ballots"/> it hosts none; <paramref name="more"/> adds voters and logs.</summary>
    public static async Task<BallotDesk> OpenAsync(
        Uri broker,
        string database,
        Action<ConsensusOptions>? ballots,
        Action<HostApplicationBuilder>? more = null
    )
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCoordination(backbone =>
        {
            backbone.UseRabbitMq(broker.ToString()).UsePostgres(database);
            if (ballots is not null)
            {
                backbone.AddConsensus(ballots);
            }
        });
        builder.Services.AddWorkersSchema();
        builder.Services.AddRunClient();
        more?.Invoke(builder);
        var built = builder.Build();
        await built.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
        await built.StartAsync();
        var sender = built.Services.GetRequiredService<IOutboxSender>();
        await Eventually.Until(() => sender.IsReady, Soon, "the bus to be ready");
        return new BallotDesk(built);
    }

    /// <summary>The refund case: two voters of one family, and an expert for fraud of another.</summary>
    public static Action<ConsensusOptions> Refunds(
        Func<BallotPolicy, BallotPolicy>? change = null,
        Func<VoterProfile, VoterProfile>? with = null
    ) =>
        options =>
        {
            var voters = new VoterProfile[]
            {
                new() { Name = "refund-a", Family = "x" },
                new() { Name = "refund-b", Family = "x" },
                new()
                {
                    Name = "fraud-desk",
                    Family = "y",
                    ExpertDomains = ["fraud"],
                },
            };
            foreach (var voter in voters)
            {
                options.Voters.Add(with is null ? voter : with(voter));
            }

            var policy = new BallotPolicy
            {
                Name = "refund",
                Voters = ["refund-a", "refund-b", "fraud-desk"],
                Domain = "orders",
                Deadline = TimeSpan.FromMinutes(10),
            };
            options.Policies.Add(change is null ? policy : change(policy));
        };

    /// <summary>Identity of what <see cref="AskAsync"/> asks, as a voter computes it from the request it gets.</summary>
    public static string QuestionOf(Guid ballot) =>
        QuestionHash.Of(
            new RequestVote
            {
                BallotId = ballot,
                Round = 1,
                Voter = "whoever",
                Question = "Refund order 4711 at once, or review it first?",
                Options = [BallotRequest.Option("refund"), BallotRequest.Option("review")],
                Domain = "orders",
                TimeoutMs = 1,
            }
        );

    public Task<Guid> AskAsync(Func<BallotRequest, BallotRequest>? change = null)
    {
        var request = new BallotRequest
        {
            Policy = "refund",
            Question = "Refund order 4711 at once, or review it first?",
            Options = [BallotRequest.Option("refund"), BallotRequest.Option("review")],
            Requester = "tester",
        };
        return Client.OpenAsync(change is null ? request : change(request), TestContext.Current.CancellationToken);
    }

    public async Task<long> CountAsync(string table, string condition = "true") =>
        (await RowsAsync($"SELECT count(*) FROM coordination.{table} WHERE {condition}", row => row.GetInt64(0)))[0];

    public Task<IReadOnlyList<T>> RowsAsync<T>(string sql, Func<System.Data.Common.DbDataReader, T> read) =>
        Units.QueryAsync(new Statement(sql), read);

    /// <summary>The votes in the record of a ballot, in their order, whether or not it is closed.</summary>
    public async Task<IReadOnlyList<RecordedVote>> VotesAsync(Guid ballot) =>
        [.. (await LinesAsync(ballot)).Select(line => BallotRecord.Parse(line.Text).Vote).OfType<RecordedVote>()];

    /// <summary>What the audit of a closed ballot finds.</summary>
    public async Task<IReadOnlyList<string>> AuditAsync(Guid ballot) => BallotAudit.Faults(await LinesAsync(ballot));

    public async Task<(string? Outcome, string? Option, string? By)> DecisionAsync(Guid ballot)
    {
        await Eventually.Until(async () => await CountAsync("coord_v1_decisions", $"ballot_id = '{ballot}'") > 0, Soon, "the decision");
        var decisions = await RowsAsync(
            $"SELECT outcome, option, decided_by FROM coordination.coord_v1_decisions WHERE ballot_id = '{ballot}'",
            row => (row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetString(2))
        );
        return decisions.ShouldHaveSingleItem();
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }

    private Task<IReadOnlyList<(string Text, string Hash)>> LinesAsync(Guid ballot) =>
        RowsAsync(
            $"SELECT line, hash FROM coordination.ballot_record WHERE ballot_id = '{ballot}' ORDER BY seq",
            row => (row.GetString(0), row.GetString(1))
        );
}
