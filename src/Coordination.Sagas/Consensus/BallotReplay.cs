namespace Coordination.Sagas.Consensus;

/// <summary>
/// Counts a recorded ballot once more, with the same rules:
/// <list type="number">
/// <item>The first line says who votes under which policy; what follows from that (tier, order, weights) is computed anew, and the ballot is opened with it.</item>
/// <item>The next line says which message came: a vote, an answer, a cancellation, a report; any other line has come with time.</item>
/// <item><see cref="BallotRules"/> take that message at the line's time. What they append has to be what is recorded, line by line.</item>
/// <item>A line that says something else is a deviation, and the rules go on from what they would have written. A line of another kind ends the comparison: record
/// and rules are apart from there.</item>
/// </list>
/// Pure.
/// </summary>
internal sealed class BallotReplay(IReadOnlyList<(BallotRecord Record, string Text)> lines)
{
    private readonly List<string> deviations = [];
    private int next;

    /// <summary>Every deviation, with its line.</summary>
    public IReadOnlyList<string> Run()
    {
        try
        {
            Replay();
        }
        // A forged line can hold what the rules never meet, for example no electorate at all: that is a finding, and other ballots are still to be verified.
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NullReferenceException or IndexOutOfRangeException)
        {
            Ends($"the rules cannot take it: {e.Message}");
        }
        return deviations;
    }

    private void Replay()
    {
        if (lines is not [{ Record: { Kind: BallotRecordKind.Opened, Opening: { } said } }, ..])
        {
            deviations.Add("the first line does not open a ballot.");
            return;
        }
        if (said.Rules != BallotRules.Version)
        {
            Ends($"the ballot was counted by version {said.Rules} of the rules; here is version {BallotRules.Version}.");
            return;
        }
        var opening = Founded(said);
        var decision = BallotRules.Open(opening);
        var goesOn = IsAsRecorded(decision);
        foreach (var problem in Unopenable(opening))
        {
            // What could not be tallied has no outcome to compare.
            goesOn = false;
            deviations.Add($"line 1: such a ballot is not opened: {problem}");
        }
        while (goesOn && next < lines.Count)
        {
            decision = Decision(decision.Next);
            goesOn = IsAsRecorded(decision);
        }
    }

    /// <summary>The opening with everything that follows from the rest of it.</summary>
    private static BallotOpening Founded(BallotOpening said)
    {
        var policy = Tiers.Apply(said.Policy, said.TierAsked ?? said.Policy.Tier);
        var seats = Electorate.InOrder(said.Seats, seat => seat.Elector, said.Flags, said.Domain);
        var weights = Weights.Of([.. seats.Select(seat => seat.Elector)], policy.Rule.Rho);
        return said with { Policy = policy, Seats = [.. seats.Select((seat, i) => seat with { Weight = weights[i] })] };
    }

    private static IEnumerable<string> Unopenable(BallotOpening opening) =>
        Electorate
            .Problems(
                opening.Policy,
                [.. opening.Seats.Select(seat => seat.Elector)],
                [.. opening.Seats.Where(seat => seat.PublicKey is null).Select(seat => seat.Elector.Voter)],
                opening.Flags,
                opening.Domain
            )
            .Select(problem => problem.Message);

    private BallotDecision Decision(BallotState ballot)
    {
        var line = lines[next].Record;
        // Messages reach a ballot by its id; the rules never see another's.
        if (line.Vote?.Cast.BallotId is { } other && other != ballot.Opening.BallotId)
            deviations.Add($"line {next + 1}: is a vote of ballot {other}; this is ballot {ballot.Opening.BallotId}.");
        BallotDecision[] possible =
        [
            .. RecordedInput.Of(ballot, line).Select(input => BallotRules.Decide(ballot, input.Message, input.Sender, line.At)),
        ];
        return possible.FirstOrDefault(decision => Difference(decision).Count == 0) ?? possible[0];
    }

    private IReadOnlyList<string> Difference(BallotDecision decision) =>
        decision.Actions.OfType<BallotAction.Append>().FirstOrDefault() is { } first
            ? LineDifference.Of(lines[next].Text, first.Text)
            : ["nothing is written"];

    /// <summary>Compares what the rules append with the lines from here on; false where the comparison cannot go on.</summary>
    private bool IsAsRecorded(BallotDecision decision)
    {
        var appended = decision.Actions.OfType<BallotAction.Append>().ToArray();
        if (appended.Length == 0)
            return Ends(
                $"is '{lines[next].Record.Kind}'; the rules would have written nothing here: {decision.RefusalDetail ?? "the ballot is decided."}"
            );
        foreach (var append in appended)
        {
            if (next == lines.Count)
                return Ends($"is missing; the rules would have written {LineDifference.Shown(append.Text)}");
            var (record, text) = lines[next];
            if (record.Kind != append.Kind)
                return Ends($"is '{record.Kind}'; the rules would have written {LineDifference.Shown(append.Text)}");
            deviations.AddRange(LineDifference.Of(text, append.Text).Select(difference => $"line {next + 1}: {difference}."));
            next++;
        }
        return true;
    }

    private bool Ends(string deviation)
    {
        deviations.Add($"line {next + 1}: {deviation}");
        return false;
    }
}
