using Coordination.Sagas.Consensus;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Ballots;

/// <summary>Five voters of five families who say the same at once.</summary>
internal static class Electorate
{
    private static readonly string[] Names = ["voter-1", "voter-2", "voter-3", "voter-4", "voter-5"];

    public static void Policies(ConsensusOptions consensus)
    {
        foreach (var name in Names)
        {
            consensus.Voters.Add(new VoterProfile { Name = name, Family = name });
        }

        foreach (var kind in new[] { QuorumKind.Majority, QuorumKind.Unanimity })
        {
            consensus.Policies.Add(
                new BallotPolicy
                {
                    Name = PolicyOf(kind),
                    Rule = new TallyRule { Kind = kind },
                    Voters = [.. Names],
                }
            );
        }
    }

    public static string PolicyOf(QuorumKind kind) => kind.ToString().ToLowerInvariant();

    public static void AddVoters(IServiceCollection services)
    {
        foreach (var name in Names)
        {
            services.AddVoter<Instant>(
                name,
                voter =>
                {
                    voter.Inline = true;
                    voter.Concurrency = 64;
                }
            );
        }
    }

    private sealed class Instant : IVoter
    {
        public Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken) =>
            Task.FromResult(VoteAnswer.For("a", confidence: 0.9));
    }
}
