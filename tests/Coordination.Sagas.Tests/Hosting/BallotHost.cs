using System.Collections.Concurrent;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Sagas.Consensus;
using Coordination.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Sagas.Tests.Hosting;

/// <summary>A host of ballots with scripted voters, on a store and transport of its own. Reads through the public views only.</summary>
internal sealed class BallotHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly IHost host;

    private BallotHost(IHost host, ScriptedVoters voters) => (this.host, Voters) = (host, voters);

    public ScriptedVoters Voters { get; }

    public static async Task<BallotHost> StartAsync(Action<CoordinationBuilder> installation, Action<ConsensusOptions> options)
    {
        var voters = new ScriptedVoters();
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(new TestOutputLogs()).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddCoordination(coordination =>
        {
            installation(coordination);
            var settings = new ConsensusOptions();
            options(settings);
            coordination.AddConsensus(options);
            foreach (var voter in settings.Voters)
                coordination.AddEndpoint(Wire.AgentEndpoint(voter.Name), (_, endpoint) => endpoint.Consumer(() => voters));
        });
        builder.Services.Configure<OutboxOptions>(outbox =>
        {
            outbox.SweepInterval = TimeSpan.FromMilliseconds(50);
            outbox.RetryDelay = TimeSpan.FromMilliseconds(50);
        });
        var built = builder.Build();
        voters.Envelopes = built.Services.GetRequiredService<EnvelopeFactory>();
        await built.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
        await built.StartAsync();
        var sender = built.Services.GetRequiredService<IOutboxSender>();
        await Eventually.Until(() => Task.FromResult(sender.IsReady), Patience, "the bus is ready");
        return new BallotHost(built, voters);
    }

    public async Task<Guid> OpenAsync(OpenBallot ballot)
    {
        await SendAsync(ballot.BallotId, ballot);
        return ballot.BallotId;
    }

    public async Task SendAsync(Guid ballot, object message)
    {
        var envelope = host.Services.GetRequiredService<EnvelopeFactory>().Root(ballot);
        await using var work = Units.Create();
        work.Send(ContractOutgoing.To(Wire.BallotsEndpoint, message, envelope));
        await work.CommitAsync();
    }

    public async Task<BallotView> UntilAsync(Guid ballot, string status)
    {
        BallotView? seen = null;
        await Eventually.Until(
            async () => (seen = await FindAsync(ballot))?.Status == status,
            Patience,
            $"ballot {ballot} is {status}, not {seen?.Status}"
        );
        return seen!;
    }

    public async Task<BallotView?> FindAsync(Guid ballot) =>
        await QueryAsync(
            "coord_v1_ballots",
            ballot,
            "status, outcome, option, decided_by, opened_at, ends_at, decided_at",
            r => new BallotView(
                r.GetString(0),
                r.IsDBNull(1) ? null : r.GetString(1),
                r.IsDBNull(2) ? null : r.GetString(2),
                r.IsDBNull(3) ? null : r.GetString(3),
                Sql.ReadTime(r, 4),
                r.IsDBNull(5) ? null : Sql.ReadTime(r, 5),
                r.IsDBNull(6) ? null : Sql.ReadTime(r, 6)
            )
        )
            is [var view, ..]
            ? view
            : null;

    public async Task<IReadOnlyList<(string Line, string Hash, string Last)>> RecordAsync(Guid ballot) =>
        [
            .. (
                await QueryAsync(
                    "coord_v1_ballot_record",
                    ballot,
                    "seq, line, hash, record_hash",
                    r => (Seq: r.GetInt32(0), Line: r.GetString(1), Hash: r.GetString(2), Last: r.GetString(3))
                )
            )
                .OrderBy(r => r.Seq)
                .Select(r => (r.Line, r.Hash, r.Last)),
        ];

    /// <summary>What became of each vote, in the order of the record.</summary>
    public async Task<IReadOnlyList<VoteTreatment>> TreatmentsAsync(Guid ballot) =>
        [
            .. (await QueryAsync("ballot_record", ballot, "seq, line", r => (Seq: r.GetInt32(0), Line: r.GetString(1))))
                .OrderBy(r => r.Seq)
                .Select(r => BallotRecord.Parse(r.Line).Vote)
                .OfType<RecordedVote>()
                .Select(v => v.Treatment),
        ];

    public async Task<IReadOnlyList<string>> AuditAsync(Guid ballot)
    {
        var lines = await RecordAsync(ballot);
        return BallotAudit.Faults([.. lines.Select(l => (l.Line, l.Hash))], lines[^1].Last);
    }

    public Task<IReadOnlyList<(string Reason, string Problems)>> RejectionsAsync(Guid ballot) =>
        QueryAsync("coord_v1_ballot_rejections", ballot, "reason, problems", r => (r.GetString(0), r.GetString(1)));

    public IUnitOfWorkFactory Units => host.Services.GetRequiredService<IUnitOfWorkFactory>();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }

    public Task<IReadOnlyList<T>> QueryAsync<T>(string view, Guid ballot, string columns, Func<System.Data.Common.DbDataReader, T> read) =>
        Units.QueryAsync(
            new Statement($"SELECT {columns} FROM {Sql.Table(view)} WHERE ballot_id = @ballot", ("ballot", ballot, ColumnKind.Uuid)),
            read
        );

    private SqlDialect Sql => Units.Dialect;
}

internal sealed record BallotView(
    string Status,
    string? Outcome,
    string? Option,
    string? DecidedBy,
    DateTimeOffset OpenedAt,
    DateTimeOffset? EndsAt,
    DateTimeOffset? DecidedAt
);

/// <summary>Voters that vote as the test says and otherwise for the first option.</summary>
internal sealed class ScriptedVoters : IConsumer<RequestVote>
{
    public EnvelopeFactory Envelopes { get; set; } = null!;

    public ConcurrentQueue<RequestVote> Requests { get; } = new();

    /// <summary>The answer to a request; null: none.</summary>
    public Func<RequestVote, CastVote?> Answer { get; set; } = request => For(request, request.Options[0].Name);

    public static CastVote For(RequestVote request, string choice, double? confidence = null) =>
        new()
        {
            BallotId = request.BallotId,
            VoteId = Guid.CreateVersion7(),
            Round = request.Round,
            Voter = request.Voter,
            Choice = choice,
            Confidence = confidence,
            Rationale = $"secret-{choice}",
        };

    public Task Consume(ConsumeContext<RequestVote> context)
    {
        Requests.Enqueue(context.Message);
        if (Answer(context.Message) is { } vote)
            context
                .GetPayload<IUnitOfWork>()
                .Send(ContractOutgoing.To(Wire.BallotsEndpoint, vote, Envelopes.CausedBy(context.GetPayload<Envelope>())));
        return Task.CompletedTask;
    }
}
