using System.Collections.Immutable;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Consensus;

/// <summary>
/// Recomputes a ballot from its record alone: the chain of hashes, the numbering, what became of every vote and answer, the outcome of every phase by
/// <see cref="Tally"/> from the frozen electorate and the recorded votes, and that the decision follows from them. Pure.
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
        var ballot = new BallotState { Opening = opening, Asked = opening.Panels[0] };
        var weights = Weights.Of([.. opening.Seats.Select(seat => seat.Elector)], opening.Policy.Rule.Rho);
        if (opening.Seats.Where((seat, i) => Math.Abs(seat.Weight - weights[i]) > Weights.Tolerance).Any())
            faults.Add("line 1: its weights are not those of its electorate.");
        RecordedClose? last = null;
        var cancelled = false;
        foreach (var record in records)
        {
            switch (record)
            {
                case { Kind: BallotRecordKind.Opened } when record.Seq > 1:
                    faults.Add($"line {record.Seq}: opens the ballot a second time.");
                    break;
                case { Vote: { } vote }:
                    ballot = Voted(ballot, vote, record.Seq, faults);
                    break;
                case { Close: { } close }:
                    if (close.Round != ballot.Round || close.Asked != ballot.Asked || ballot.Status != BallotStatus.Voting)
                        faults.Add($"line {record.Seq}: closes another phase than the one before it.");
                    if (close.Arbiter)
                        CompareArbiter(ballot, last, record.Seq, close, faults);
                    else
                        Compare(opening, ballot.Votes, record.Seq, close, faults);
                    last = close;
                    break;
                case { Answer: { } answer }:
                    ballot = Answered(ballot, answer, record.Seq, faults);
                    break;
                case { Decision: { } made }:
                    if (ballot.Status == BallotStatus.Decided)
                        faults.Add($"line {record.Seq}: decides a second time.");
                    else
                        Follows(ballot, last, cancelled, record.Seq, made, faults);
                    ballot = ballot with { Status = BallotStatus.Decided };
                    break;
                case { Kind: BallotRecordKind.Cancelled }:
                    cancelled = true;
                    break;
                default:
                    ballot = Moved(ballot, last, record, faults);
                    break;
            }
        }
    }

    private static BallotState Moved(BallotState ballot, RecordedClose? last, BallotRecord record, ImmutableArray<string>.Builder faults)
    {
        switch (record.Kind)
        {
            case BallotRecordKind.Widened when ballot.Opening.Panels.FirstOrDefault(size => size > ballot.Asked) is > 0 and var size:
                return ballot with { Asked = size };
            case BallotRecordKind.Debate when ballot.Round <= ballot.Opening.Policy.DebateRounds:
                return ballot with { Round = ballot.Round + 1 };
            case BallotRecordKind.Extended when !ballot.Extended:
                return ballot with { Extended = true };
            case BallotRecordKind.Arbiter when ballot.Opening.Arbiter is not null && !ballot.WithArbiter:
                return ballot with { WithArbiter = true };
            case BallotRecordKind.People when last is not null:
                if (last is { Arbiter: false, Outcome: BallotOutcomes.Decided } && !ballot.Opening.Policy.Approval)
                    faults.Add($"line {record.Seq}: asks people, though the voters had decided.");
                return ballot with { Status = BallotStatus.People, WithArbiter = false };
            case BallotRecordKind.Opened or BallotRecordKind.Outcome:
                return ballot;
            default:
                faults.Add($"line {record.Seq}: '{record.Kind}' does not follow from the lines before it.");
                return ballot;
        }
    }

    private static BallotState Voted(BallotState ballot, RecordedVote vote, int line, ImmutableArray<string>.Builder faults)
    {
        // Whether a vote had left the database is not recorded; it makes a difference only to who may have forged it.
        var (treatment, _) = BallotTurn.Judge(ballot, vote.Cast, new VerifiedSender(vote.User, FromHere: false));
        if (treatment != vote.Treatment)
            (treatment, _) = BallotTurn.Judge(ballot, vote.Cast, new VerifiedSender(vote.User, FromHere: true));
        if (treatment != vote.Treatment)
            faults.Add($"line {line}: says the vote of {vote.Cast.Voter} is {vote.Treatment}; by the lines before it is {treatment}.");
        return CountedVotes.IsValid(vote.Treatment) ? ballot with { Votes = ballot.Votes.Add(BallotTurn.Sealed(vote.Cast, line)) } : ballot;
    }

    private static BallotState Answered(BallotState ballot, RecordedAnswer answer, int line, ImmutableArray<string>.Builder faults)
    {
        var counts = BallotTurn.WhyNot(ballot, answer.Person, answer.User, answer.Option) is null;
        if (counts != answer.Refusal is null)
            faults.Add($"line {line}: the answer of {answer.Person} {(counts ? "counts" : "does not count")} by the lines before it.");
        return answer.Refusal is null
            ? ballot with
            {
                Answers = ballot.Answers.Add(new PersonAnswer(answer.Person, answer.Option, answer.Note)),
            }
            : ballot;
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
        if (
            close.Tally.Count != result.Tally.Count
            || close.Tally.Any(t => !result.Tally.TryGetValue(t.Key, out var sum) || Math.Abs(sum - t.Value) > Weights.Tolerance)
            || Math.Abs(close.ElectorateWeight - result.ElectorateWeight) > Weights.Tolerance
        )
            faults.Add($"line {line}: its tally is not that of the votes.");
    }

    private static void CompareArbiter(
        BallotState ballot,
        RecordedClose? last,
        int line,
        RecordedClose close,
        ImmutableArray<string>.Builder faults
    )
    {
        var choice = BallotTurn.ArbitersChoice(ballot.Opening, ballot.Votes);
        if (!ballot.WithArbiter || close.Outcome != last?.Outcome || close.Leading != choice)
            faults.Add($"line {line}: says the arbiter chose '{close.Leading}'; by the lines before it is '{choice}'.");
    }

    private static void Follows(
        BallotState ballot,
        RecordedClose? last,
        bool cancelled,
        int line,
        RecordedDecision decision,
        ImmutableArray<string>.Builder faults
    )
    {
        var policy = ballot.Opening.Policy;
        var asksPeople = ballot.Status == BallotStatus.People;
        var agreeing = ballot.Answers.Where(a => a.Option == decision.Option).Select(a => a.Person).ToArray();
        var follows = decision.DecidedBy switch
        {
            _ when cancelled => decision is { DecidedBy: "nobody", Option: null },
            "votes" => last is { Outcome: BallotOutcomes.Decided, Arbiter: false } && last.Leading == decision.Option && !policy.Approval,
            "arbiter" => last is { Arbiter: true, Leading: not null } && last.Leading == decision.Option && !policy.Approval,
            "safe-option" => decision.Option is { } option && option == ballot.Opening.SafeOption && IsSafe(policy, last),
            "people" => asksPeople
                && agreeing.Length >= (decision.Option is null ? 1 : policy.People)
                && decision.People.SequenceEqual(agreeing),
            "nobody" => asksPeople && decision.Option is null,
            _ => false,
        };
        if (!follows || decision.Outcome != (cancelled ? ReasonCode.Cancelled : last?.Outcome))
            faults.Add(
                $"line {line}: {decision.Outcome}, '{decision.Option}' by {decision.DecidedBy}, does not follow from the lines before it."
            );
        if (decision.Option is { } chosen && ballot.Opening.Options.All(o => o.Name != chosen))
            faults.Add($"line {line}: decides for something that is no option.");
    }

    private static bool IsSafe(BallotPolicy policy, RecordedClose? last) =>
        last is { Arbiter: false }
        && last.Outcome switch
        {
            ReasonCode.Split => policy.OnSplit is Fallback.SafeOption or Fallback.ExtendThenSafeOption,
            ReasonCode.NoQuorum => policy.OnNoQuorum is Fallback.SafeOption or Fallback.ExtendThenSafeOption,
            _ => false,
        };
}
