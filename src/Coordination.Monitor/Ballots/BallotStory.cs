using System.Collections.Immutable;
using Coordination.Contracts.V1;
using Coordination.Sagas.Consensus;

namespace Coordination.Monitor;

/// <summary>What a ballot's record tells: rounds, votes, answers, and what another vote would have changed. Pure: the same record tells the same.</summary>
internal sealed class BallotStory
{
    private readonly BallotOpening opening;
    private readonly IReadOnlyList<BallotRecord> record;
    private readonly ImmutableArray<SealedVote> valid;
    private readonly Dictionary<string, SealedVote> standing;

    public BallotStory(BallotOpening opening, IReadOnlyList<BallotRecord> record)
    {
        this.opening = opening;
        this.record = record;
        valid =
        [
            .. record
                .Where(line => line.Vote is { } vote && CountedVotes.IsValid(vote.Treatment))
                .Select(line => Kept(line.Vote!.Cast, line.Seq)),
        ];
        standing = valid.GroupBy(vote => vote.Voter, StringComparer.Ordinal).ToDictionary(own => own.Key, Standing, StringComparer.Ordinal);
        Closes = [.. record.Where(line => line.Close is not null).Select(line => (line.Seq, line.Close!))];
        Decision = Decided();
        // What people made of it, or the safe option, does not turn those who agreed into dissenters.
        Winner = Decision is { By: "votes" or "arbiter", Option: { } option }
            ? option
            : Closes.LastOrDefault(close => close.Close.Leading is not null).Close?.Leading;
        Rounds = [.. Closes.Select(close => Round(close.Seq, close.Close))];
        Votes = [.. record.Where(line => line.Vote is not null).Select(line => Vote(line, line.Vote!))];
        Silent = Unheard();
        Answers =
        [
            .. record
                .Where(line => line.Answer is not null)
                .Select(line => new AnswerView(line.Answer!.Person, line.Answer.Option, line.Answer.Note, line.At, line.Answer.Refusal)),
        ];
        Dissent = [.. Votes.Where(vote => vote.Dissents).Select(vote => vote.Voter).Distinct(StringComparer.Ordinal)];
        Flipping = WhatWouldFlip();
        Reported = record.FirstOrDefault(line => line.Kind == BallotRecordKind.Outcome) is { } outcome ? Right(outcome) : null;
    }

    /// <summary>What the votes led to, or the arbiter's word: dissent is measured by it.</summary>
    public string? Winner { get; }
    public DecisionView? Decision { get; }
    public IReadOnlyList<RoundView> Rounds { get; }
    public IReadOnlyList<VoteView> Votes { get; }
    public IReadOnlyList<string> Silent { get; }
    public IReadOnlyList<AnswerView> Answers { get; }
    public IReadOnlyList<string> Flipping { get; }
    public IReadOnlyList<string> Dissent { get; }
    public string? Reported { get; }

    private IReadOnlyList<(int Seq, RecordedClose Close)> Closes { get; }

    /// <summary>Whether a person has answered, and it counts.</summary>
    public bool HasAnswered(string person) => Answers.Any(answer => answer.Refusal is null && PersonName.IsSame(answer.Person, person));

    private DecisionView? Decided()
    {
        if (record.FirstOrDefault(line => line.Decision is not null) is not { Decision: { } decision } end)
            return null;
        var note =
            decision.DecidedBy == "people"
                ? record
                    .Select(line => line.Answer)
                    .LastOrDefault(answer => answer is { Refusal: null } && decision.People.Contains(answer.Person))
                    ?.Note
                : record.Select(line => line.Cancel).LastOrDefault(cancel => cancel is not null)?.Note;
        return new DecisionView(decision.DecidedBy, decision.Option, [.. decision.People], note, end.At);
    }

    private RoundView Round(int seq, RecordedClose close)
    {
        var ballot = opening.Ballot(close.Asked, close.DeadlinePassed);
        var counted = new CountedVotes(ballot, EffectiveAt(seq, close));
        var choices = ballot.Electorate.Select(counted.ChoiceOf).ToArray();
        var heard = ballot.Electorate.Count(elector => counted.Of(elector) is not null);
        return new RoundView(
            close.Round,
            close.Arbiter ? 1 : close.Asked,
            close.Outcome,
            close.Leading,
            close.Arbiter,
            close.DeadlinePassed,
            close.Arbiter
                ? []
                :
                [
                    .. ballot.Options.Select(option => new OptionTally(
                        option,
                        close.Tally.GetValueOrDefault(option),
                        choices.Count(choice => choice == option)
                    )),
                ],
            close.Arbiter ? 0 : heard - choices.Count(choice => choice is not null),
            close.Arbiter ? 0 : ballot.Electorate.Length - heard,
            close.ElectorateWeight,
            close.Arbiter ? null : RuleWords.Needed(ballot, close.ElectorateWeight),
            ballot.Rule.Kind != QuorumKind.Weighted,
            close.Explanation
        );
    }

    private VoteView Vote(BallotRecord line, RecordedVote recorded)
    {
        var cast = recorded.Cast;
        var place = Enumerable.Range(0, opening.Seats.Length).FirstOrDefault(i => opening.Seats[i].Elector.Voter == cast.Voter, -1);
        var seat =
            place >= 0 ? opening.Seats[place]
            : opening.Arbiter is { } arbiter && arbiter.Elector.Voter == cast.Voter ? arbiter
            : null;
        var (treatment, why) = Treatment(line, recorded);
        var ballot = opening.Ballot(opening.Seats.Length, deadlinePassed: false);
        var counts = treatment == "counted";
        return new VoteView(
            cast.Voter,
            seat?.Elector.Family ?? Elector.UnknownFamily,
            cast.Model,
            seat?.Elector.IsExpertFor(opening.Flags) ?? false,
            place >= 0 && ballot.MayVeto(seat!.Elector),
            cast.Round,
            cast.Choice,
            place >= 0 && ballot.Rule.Kind == QuorumKind.Weighted ? seat!.Weight : null,
            cast.Confidence,
            seat?.Elector.Brier,
            seat?.Elector.Judged ?? 0,
            counts,
            treatment,
            why,
            cast.Rationale,
            [.. cast.Evidence ?? []],
            cast.Veto is { } veto ? new VetoView(veto.Reason ?? "", veto.Evidence ?? "") : null,
            line.At,
            recorded.Flip,
            counts && Winner is not null && cast.Choice != Winner
        );
    }

    private (string Treatment, string? Why) Treatment(BallotRecord line, RecordedVote recorded)
    {
        var name = NameOf(recorded.Treatment);
        if (!CountedVotes.IsValid(recorded.Treatment))
            return (name, recorded.Detail);
        if (standing[recorded.Cast.Voter] is var counts && counts.Line != line.Seq)
            return counts.Round > recorded.Cast.Round
                ? ("superseded", $"The vote of round {counts.Round} counts: it names something nobody had named before.")
                : (
                    "talked-round",
                    $"Without a reference nobody had named before, the vote of round {counts.Round} counts and this one does not."
                );
        var ballot = opening.Ballot(opening.Seats.Length, deadlinePassed: false);
        return (name, recorded.Detail ?? Reasons.Remark(ballot, Kept(recorded.Cast, line.Seq).ToVote(), recorded.Treatment));
    }

    private IReadOnlyList<string> Unheard()
    {
        if (Closes is not [.., var last])
            return [];
        var heard = record.Select(line => line.Vote?.Cast.Voter).ToHashSet(StringComparer.Ordinal);
        return [.. opening.Seats.Take(last.Close.Asked).Select(seat => seat.Elector.Voter).Where(voter => !heard.Contains(voter))];
    }

    private IReadOnlyList<string> WhatWouldFlip()
    {
        if (Closes.LastOrDefault(close => !close.Close.Arbiter) is not { Close: { } last } counted)
            return [];
        return Flips.Of(opening.Ballot(last.Asked, last.DeadlinePassed), EffectiveAt(counted.Seq, last), opening.Seats.Length - last.Asked);
    }

    private IReadOnlyList<Vote> EffectiveAt(int seq, RecordedClose close) =>
        Debate.Effective(
            [.. valid.Where(vote => vote.Line < seq && opening.Seats.Take(close.Asked).Any(seat => seat.Elector.Voter == vote.Voter))],
            close.Round,
            opening.Evidence,
            close.DeadlinePassed
        );

    private SealedVote Standing(IEnumerable<SealedVote> own) =>
        own.OrderBy(vote => vote.Round).Aggregate((before, next) => Debate.IsNewGround(next, valid, opening.Evidence) ? next : before);

    private static SealedVote Kept(CastVote vote, int line) =>
        new()
        {
            VoteId = vote.VoteId,
            Round = vote.Round,
            Voter = vote.Voter,
            Choice = vote.Choice,
            Confidence = vote.Confidence ?? 1,
            Rationale = vote.Rationale,
            Evidence = [.. vote.Evidence ?? []],
            Veto = vote.Veto is { } veto ? new Veto(veto.Reason, veto.Evidence) : null,
            Line = line,
        };

    private string? Right(BallotRecord outcome) =>
        outcome.Report?.Right
        ?? opening
            .Options.Select(option => option.Name)
            .FirstOrDefault(name => outcome.Note?.StartsWith($"{name} was right", StringComparison.Ordinal) is true);

    private static string NameOf(VoteTreatment treatment) =>
        string.Concat($"{treatment}".Select((c, i) => char.IsUpper(c) ? $"{(i == 0 ? "" : "-")}{char.ToLowerInvariant(c)}" : $"{c}"));
}
