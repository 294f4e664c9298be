using Coordination.Host.CommandLine;
using Coordination.Sagas.Consensus;
using Coordination.Workers;

namespace Coordination.Host.Ballots;

/// <summary>
/// A ballot for a person to decide by. First what would be done, from our own tables; what voters wrote comes after it, each line marked as theirs, so that no
/// text of a model can look like one of ours.
/// </summary>
internal static class BallotPrinter
{
    private const string Theirs = "  | ";

    public static void Print(BallotInfo ballot, IReadOnlyList<BallotRecord> record, Output output)
    {
        output.Line($"ballot {ballot.BallotId}: {ballot.Status}{(ballot.Outcome is { } outcome ? $", {outcome}" : "")}");
        if (ballot.Status == "refused")
        {
            output.Line($"not opened: {ballot.Problems}");
            return;
        }
        output.Line(
            $"policy {ballot.Policy}, tier {ballot.Tier}, {ballot.Voters} voters, round {ballot.Round}; asked by {ballot.Requester}"
        );
        if (ballot.RunId is { } run)
            output.Line($"for run {run}");
        output.Line(
            ballot.Status switch
            {
                "voting" => $"votes are sealed until it closes, at {Output.When(ballot.EndsAt)} at the latest",
                "people" =>
                    $"{(ballot.People == 2 ? "two people have to agree" : "a person decides")} by {Output.When(ballot.EndsAt)}, else nothing may be done",
                _ => ballot.Option is { } option
                    ? $"decided: {option}, by {ballot.DecidedBy}, {Output.When(ballot.DecidedAt)}"
                    : $"decided: nothing may be done, by {ballot.DecidedBy}, {Output.When(ballot.DecidedAt)}",
            }
        );
        if (record is [{ Opening: { } opening }, ..])
            Opening(opening, output);
        else
            output.Line($"options: {string.Join(", ", ballot.Options)}");
        Votes(record, output);
        Silent(record, output);
        foreach (var close in record.Select(line => line.Close).OfType<RecordedClose>())
        {
            output.Line($"round {close.Round}, {close.Asked} asked: {close.Outcome}");
            foreach (var reason in close.Explanation)
                output.Line($"  {reason}");
        }
        foreach (var answer in record.Select(line => line.Answer).OfType<RecordedAnswer>())
        {
            output.Line($"{answer.Person} answered {answer.Option ?? "none"}{(answer.Refusal is { } why ? $": not counted, {why}" : "")}");
            if (answer.Note is { Length: > 0 } note)
                output.Line(Marked(note));
        }
        foreach (var reported in record.Where(line => line.Kind == BallotRecordKind.Outcome))
            output.Line($"reported afterwards: {OneLine(reported.Note ?? "")}");
        if (ballot.Status == "people")
            output.Line($"answer with: coordination ballots answer {ballot.BallotId} {string.Join('|', ballot.Options)}|none");
    }

    private static void Opening(BallotOpening opening, Output output)
    {
        output.Line("what each option would do:");
        foreach (var option in opening.Options)
            output.Line(
                $"  {option.Name}: {(option.Arguments is { } arguments ? arguments.GetRawText() : "no arguments: with it alone no effect of a tool is allowed")}"
            );
        if (!opening.Flags.IsEmpty)
            output.Line($"risks raised: {string.Join(", ", opening.Flags)}");
        if (!opening.Evidence.IsEmpty)
            output.Line($"evidence: {string.Join(", ", opening.Evidence)}");
        output.Line("in the words of the requester:");
        output.Line(Marked(opening.Question));
        if (opening.Subject is { } subject)
            output.Line(Marked(subject.GetRawText()));
    }

    private static void Votes(IReadOnlyList<BallotRecord> record, Output output)
    {
        foreach (var vote in record.Select(line => line.Vote).OfType<RecordedVote>())
        {
            var counts = vote.Treatment == VoteTreatment.Counted ? "" : $" ({vote.Treatment}{(vote.Detail is { } why ? $": {why}" : "")})";
            output.Line(
                $"{vote.Cast.Voter}, round {vote.Cast.Round}: {OneLine(vote.Cast.Choice)}, {vote.Cast.Confidence ?? 1:0.##} sure{counts}"
            );
            if (vote.Cast.Veto is { } veto)
                output.Line($"  vetoes{Marked($"\n{veto.Reason} ({veto.Evidence})")}");
            if (vote.Cast.Rationale is { Length: > 0 } rationale)
                output.Line(Marked(rationale));
            if (vote.Cast.Evidence is { Count: > 0 } evidence)
                output.Line(Marked("evidence: " + string.Join(", ", evidence)));
        }
    }

    /// <summary>Those asked in a closed round of whom nothing came, and of whom only what does not count came.</summary>
    private static void Silent(IReadOnlyList<BallotRecord> record, Output output)
    {
        if (record is not [{ Opening: { } opening }, ..] || record.LastOrDefault(line => line.Close is not null)?.Close is not { } last)
            return;
        var heard = record.Select(line => line.Vote).OfType<RecordedVote>().ToLookup(vote => vote.Cast.Voter, StringComparer.Ordinal);
        var asked = opening.Seats.Take(last.Asked).Select(seat => seat.Elector.Voter).ToList();
        var silent = asked.Where(voter => !heard.Contains(voter)).ToList();
        if (silent.Count > 0)
            output.Line($"not heard of: {string.Join(", ", silent)} (`coordination agents list` shows who is running)");
        var refused = asked
            .Where(voter => heard.Contains(voter) && heard[voter].All(vote => !CountedVotes.IsValid(vote.Treatment)))
            .ToList();
        if (refused.Count > 0)
            output.Line($"voted, and none of it counts: {string.Join(", ", refused)}");
    }

    private static string Marked(string text) => string.Join('\n', text.Split('\n').Select(line => Theirs + OneLine(line)));

    private static string OneLine(string text) => Harmless.Of(text).ReplaceLineEndings(" ");
}
