using Coordination.Sagas.Consensus;

namespace Coordination.Monitor;

/// <summary>A ballot as it stood when its record ended with a given line. Pure.</summary>
internal static class BallotThen
{
    /// <summary>From this line on votes may be read: the voters were not asked any more.</summary>
    public static bool Unseals(BallotRecord line) =>
        line.Kind is BallotRecordKind.People or BallotRecordKind.Cancelled or BallotRecordKind.Decided;

    /// <param name="now">As it stands.</param>
    /// <param name="lines">Of its record, those that were there then.</param>
    public static BallotSummary Of(BallotSummary now, IReadOnlyList<BallotRecord> lines)
    {
        if (now.Status == "refused")
            return now;
        var then = now with
        {
            Round = now.Status == "voting" ? now.Round : 1 + lines.Count(line => line.Kind == BallotRecordKind.Debate),
            Option = null,
            DecidedBy = null,
            DecidedAt = null,
            EndsAt = null,
        };
        if (lines.FirstOrDefault(line => line.Decision is not null) is { Decision: { } decision } end)
            return then with
            {
                Status = "decided",
                Outcome = decision.Outcome,
                Option = decision.Option,
                DecidedBy = decision.DecidedBy,
                DecidedAt = end.At,
            };
        return lines.Any(line => line.Kind == BallotRecordKind.People)
            ? then with
            {
                Status = "people",
            }
            : then with
            {
                Status = "voting",
                Outcome = null,
                People = null,
            };
    }
}
