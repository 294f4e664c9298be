using System.Collections.Immutable;

namespace Coordination.Sagas.Consensus;

/// <summary>One member of a ballot's electorate, as frozen when the ballot was opened.</summary>
public sealed record Elector
{
    /// <summary>The principal who votes; several processes of it are one elector.</summary>
    public required string Voter { get; init; }

    /// <summary>The model family, whose members tend to err together. Electors without one are taken to be of the same.</summary>
    public string Family { get; init; } = UnknownFamily;

    /// <summary>Votes whose outcome is known, in the ballot's domain.</summary>
    public int Judged { get; init; }

    /// <summary>Those of <see cref="Judged"/> that were right.</summary>
    public int Correct { get; init; }

    /// <summary>Mean squared distance of stated confidence from the truth, 0 (perfect) to 1; null: not known.</summary>
    public double? Brier { get; init; }

    /// <summary>Where the elector may veto.</summary>
    public ImmutableArray<string> VetoDomains { get; init; } = [];

    /// <summary>Risk flags the elector is an expert for.</summary>
    public ImmutableArray<string> ExpertDomains { get; init; } = [];

    public const string UnknownFamily = "unknown";

    /// <summary>Judged votes it takes until stated confidence is believed.</summary>
    public const int CalibratedAfter = 30;

    /// <summary>The largest Brier score with which stated confidence is believed; 0.25 is that of somebody who always says one half.</summary>
    public const double CalibratedBrier = 0.25;

    /// <summary>Whether its stated confidence has proved to mean something.</summary>
    public bool IsCalibrated => Judged >= CalibratedAfter && Brier is { } brier && brier <= CalibratedBrier;

    internal bool IsExpertFor(ImmutableArray<string> flags) => ExpertDomains.Any(domain => flags.Contains(domain));
}
