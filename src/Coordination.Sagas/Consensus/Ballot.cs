using System.Collections.Immutable;

namespace Coordination.Sagas.Consensus;

/// <summary>What is voted on, by whom, and under which rule: everything of a ballot its outcome depends on, but the votes.</summary>
public sealed record Ballot
{
    public required TallyRule Rule { get; init; }

    /// <summary>Two or more, each once.</summary>
    public required ImmutableArray<string> Options { get; init; }

    /// <summary>The field the question belongs to, for example <c>payments</c>; null when it belongs to none.</summary>
    public string? Domain { get; init; }

    /// <summary>Risks raised beforehand, for example <c>fraud</c>.</summary>
    public ImmutableArray<string> Flags { get; init; } = [];

    /// <summary>Fixed at opening: quorums are over it, never over those who answered.</summary>
    public required ImmutableArray<Elector> Electorate { get; init; }

    public bool DeadlinePassed { get; init; }

    /// <summary>
    /// Whether an elector may veto: for the ballot's domain or a raised flag. A ballot that names neither is everybody's domain, so that no veto is lost by a missing word.
    /// </summary>
    public bool MayVeto(Elector elector)
    {
        ArgumentNullException.ThrowIfNull(elector);
        return Domain is null && Flags.IsEmpty
            ? !elector.VetoDomains.IsEmpty
            : elector.VetoDomains.Any(domain => domain == Domain || Flags.Contains(domain));
    }
}
