using System.Security.Cryptography;
using Coordination.Contracts;
using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>This process among the others. The owner's name is new at every start, so a restarted process never holds old claims for its own.</summary>
internal sealed class WorkerIdentity(EnvelopeFactory envelopes)
{
    public string Owner { get; } = $"{envelopes.Self.Instance}:{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";

    /// <summary>Who sends a message in the name of an agent type.</summary>
    public Sender As(string agentType) => envelopes.Self with { Type = agentType };
}
