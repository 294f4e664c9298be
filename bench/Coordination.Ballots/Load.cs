using System.Collections.Concurrent;
using System.Diagnostics;
using Coordination.Bench.Measuring;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Sagas.Consensus;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Ballots;

/// <summary>What one measurement showed.</summary>
internal sealed record Sample(double Rate, double P50, double P99);

/// <summary>So many ballots or hops at the same time, one after the other.</summary>
internal sealed class Load(IServiceProvider services, Heard heard)
{
    private readonly BallotClient ballotClient = services.GetRequiredService<BallotClient>();
    private readonly IUnitOfWorkFactory units = services.GetRequiredService<IUnitOfWorkFactory>();
    private readonly EnvelopeFactory envelopes = services.GetRequiredService<EnvelopeFactory>();

    /// <param name="rule">Of the ballots; null: hops.</param>
    /// <param name="inFlight">At the same time.</param>
    /// <param name="each">One after the other.</param>
    public async Task<Sample> RunAsync(QuorumKind? rule, int inFlight, int each)
    {
        var times = new ConcurrentBag<double>();
        var begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(
            Enumerable
                .Range(0, inFlight)
                .Select(async _ =>
                {
                    for (var i = 0; i < each; i++)
                    {
                        var id = Guid.CreateVersion7();
                        var started = Stopwatch.GetTimestamp();
                        var over = heard.WaitAsync(id);
                        await (rule is { } kind ? OpenAsync(id, kind) : HopAsync(id));
                        await over;
                        times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                    }
                })
        );
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        double[] sorted = [.. times.Order()];
        return new Sample(sorted.Length / seconds, Percentile.Of(sorted, 0.5), Percentile.Of(sorted, 0.99));
    }

    private Task<Guid> OpenAsync(Guid id, QuorumKind rule) =>
        ballotClient.OpenAsync(
            new BallotRequest
            {
                BallotId = id,
                Policy = Electorate.PolicyOf(rule),
                Question = "a or b?",
                Options = [BallotRequest.Option("a"), BallotRequest.Option("b")],
            }
        );

    private async Task HopAsync(Guid id)
    {
        await using var work = units.Create();
        work.Send(ContractOutgoing.To(Hop.Endpoint, new CancelBallot { BallotId = id, RequestedBy = "bench" }, envelopes.Root(id)));
        await work.CommitAsync();
    }
}
