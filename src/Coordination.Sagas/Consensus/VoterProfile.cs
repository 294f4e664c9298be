using System.Collections.Immutable;

namespace Coordination.Sagas.Consensus;

/// <summary>What the host knows of a voter. Votes cannot say any of it (VOTE-08).</summary>
public sealed record VoterProfile
{
    /// <summary>The agent type that votes: 1 to 64 of <c>a-z 0-9 -</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The family of models behind it, for example <c>claude</c>. Voters without one are taken to be of the same.</summary>
    public string Family { get; init; } = Elector.UnknownFamily;

    public ImmutableArray<string> VetoDomains { get; init; } = [];

    public ImmutableArray<string> ExpertDomains { get; init; } = [];

    /// <summary>Users of the broker that may cast its votes. Empty: any that can reach the host's queue, which is enough only where all agents are yours.</summary>
    public ImmutableArray<string> Users { get; init; } = [];

    /// <summary>Public key of its signature, ECDSA P-256, in PEM; needed where a policy asks for signed votes.</summary>
    public string? PublicKey { get; init; }
}
