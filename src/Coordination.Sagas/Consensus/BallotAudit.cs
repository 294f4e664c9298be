using System.Collections.Immutable;
using System.Text.Json;

namespace Coordination.Sagas.Consensus;

/// <summary>
/// Recomputes a ballot from its record alone: the chain of hashes, the numbering, the outcome of every phase by <see cref="Tally"/> from the frozen electorate
/// and the recorded votes, and that the decision follows from them. Pure.
/// </summary>
public static class BallotAudit
{
    /// <summary>What does not hold; empty when everything does.</summary>
    /// <param name="lines">Text and hash of every line, in order.</param>
    /// <param name="lastHash">The hash kept in the ballot's row, which a cut-off record does not reach; null where it is not known.</param>
    public static ImmutableArray<string> Faults(IReadOnlyList<(string Text, string Hash)> lines, string? lastHash = null)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var faults = ImmutableArray.CreateBuilder<string>();
        var records = new List<BallotRecord>();
        var hash = BallotRecord.Start;
        for (var i = 0; i < lines.Count; i++)
        {
            hash = BallotRecord.Hash(hash, lines[i].Text);
            if (hash != lines[i].Hash)
                return [.. faults, $"line {i + 1}: the text or a line before it was changed: its hash is another."];
            try
            {
                records.Add(BallotRecord.Parse(lines[i].Text));
            }
            catch (JsonException)
            {
                return [.. faults, $"line {i + 1}: cannot be read."];
            }
            if (records[i].Seq != i + 1)
                faults.Add($"line {i + 1}: says it is line {records[i].Seq}.");
        }
        if (lastHash is not null && hash != lastHash)
            faults.Add($"the record ends with line {lines.Count}; the ballot's row knows of another last line.");
        if (records.Count == 0 || records[0].Opening is not { } opening)
            faults.Add("the first line does not open a ballot.");
        else
            Recompute(opening, records, faults);
        return faults.ToImmutable();
    }

    private static void Recompute(BallotOpening opening, List<BallotRecord> records, ImmutableArray<string>.Builder faults)
    {
        var votes = ImmutableArray<SealedVote>.Empty;
        RecordedClose? last = null;
        RecordedDecision? decision = null;
        var answers = new List<RecordedAnswer>();
        foreach (var record in records)
        {
            if (record.Vote is { } vote && CountedVotes.IsValid(vote.Treatment))
            {
                if (votes.Any(v => v.Voter == vote.Cast.Voter && v.Round == vote.Cast.Round))
                    faults.Add($"line {record.Seq}: {vote.Cast.Voter} voted twice in round {vote.Cast.Round}, and both count.");
                votes = votes.Add(BallotTurn.Sealed(vote.Cast, record.Seq));
            }
            else if (record.Close is { } close)
            {
                last = close;
                if (!close.Arbiter)
                    Compare(opening, votes, record.Seq, close, faults);
            }
            else if (record.Answer is { Refusal: null } answer)
            {
                answers.Add(answer);
            }
            else if (record.Decision is { } made)
            {
                if (decision is not null)
                    faults.Add($"line {record.Seq}: decides a second time.");
                decision = made;
                Follows(opening, last, answers, record.Seq, made, faults);
            }
        }
    }

    private static void Compare(
        BallotOpening opening,
        ImmutableArray<SealedVote> votes,
        int line,
        RecordedClose close,
        ImmutableArray<string>.Builder faults
    )
    {
        var result = Tally.Decide(
            opening.Ballot(close.Asked, close.DeadlinePassed),
            Debate.Effective(votes, close.Round, opening.Evidence, close.DeadlinePassed)
        );
        if (BallotJson.NameOf(result.Outcome) != close.Outcome || result.Leading != close.Leading)
            faults.Add(
                $"line {line}: says {close.Outcome} {close.Leading}; the votes give {BallotJson.NameOf(result.Outcome)} {result.Leading}."
            );
        if (close.Tally.Any(t => !result.Tally.TryGetValue(t.Key, out var sum) || Math.Abs(sum - t.Value) > Weights.Tolerance))
            faults.Add($"line {line}: its tally is not that of the votes.");
    }

    private static void Follows(
        BallotOpening opening,
        RecordedClose? last,
        List<RecordedAnswer> answers,
        int line,
        RecordedDecision decision,
        ImmutableArray<string>.Builder faults
    )
    {
        var agreeing = answers.Where(a => a.Option == decision.Option).Select(a => a.Person).Distinct(StringComparer.Ordinal).Count();
        var follows = decision.DecidedBy switch
        {
            "votes" => last is { Outcome: "DECIDED", Arbiter: false } && last.Leading == decision.Option && !opening.Policy.Approval,
            "arbiter" => last is { Arbiter: true } && last.Leading == decision.Option && !opening.Policy.Approval,
            "safe-option" => decision.Option == opening.SafeOption && last?.Outcome is "SPLIT" or "NO_QUORUM",
            "people" => decision.Option is null ? agreeing >= 1 : agreeing >= opening.Policy.People,
            "nobody" => decision.Option is null,
            _ => false,
        };
        if (!follows)
            faults.Add($"line {line}: '{decision.Option}' by {decision.DecidedBy} does not follow from the lines before it.");
        if (decision.Option is { } option && opening.Options.All(o => o.Name != option))
            faults.Add($"line {line}: decides for something that is no option.");
    }
}
