using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>A record that was tampered with: its chain, its numbers, and whether it can be read at all. For what the rules find, see <see cref="BallotForgeryTests"/>.</summary>
[Trait("req", "VOTE-19")]
public sealed class BallotAuditTests
{
    [Fact]
    public void A_record_nobody_touched_has_no_fault()
    {
        var ballot = Decided();

        BallotAudit.Faults(ballot.Lines, ballot.State.RecordHash).ShouldBeEmpty();
        BallotAudit.Faults(ballot.Lines).ShouldBeEmpty();
        ballot
            .Record.Select(line => line.Kind)
            .ShouldBe(["opened", "vote", "vote", "vote", "vote", "closed", "decided", "vote", "outcome"]);
    }

    [Fact]
    public void A_changed_line_is_found()
    {
        for (var i = 0; i < Decided().Lines.Count; i++)
        {
            var lines = Decided().Lines.ToArray();
            lines[i].Text = lines[i].Text.Replace("2026", "2025", StringComparison.Ordinal);

            BallotAudit.Faults(lines).ShouldBe([$"line {i + 1}: the text or a line before it was changed: its hash is another."]);
        }
    }

    [Fact]
    public void A_removed_line_is_found_by_the_gap()
    {
        var ballot = Decided();
        for (var i = 0; i < ballot.Lines.Count - 1; i++)
        {
            var lines = ballot.Lines.ToList();
            lines.RemoveAt(i);
            BallotAudit.Faults(lines).ShouldNotBeEmpty();
            BallotAudit.Faults(Records.Chained(lines.Select(line => line.Text))).ShouldNotBeEmpty();
        }
    }

    [Fact]
    public void A_line_put_in_or_two_swapped_are_found()
    {
        var ballot = Decided();
        var texts = ballot.Lines.Select(line => line.Text).ToList();
        (texts[1], texts[2]) = (texts[2], texts[1]);
        BallotAudit
            .Faults(Records.Chained(texts))
            .ShouldBe(["line 2: seq is 3; the rules would have written 2.", "line 3: seq is 2; the rules would have written 3."]);

        BallotAudit.Faults([.. ballot.Lines.Take(2), .. ballot.Lines.Skip(1)]).ShouldNotBeEmpty();
    }

    [Fact]
    public void A_cut_off_end_is_found_by_the_ballots_row()
    {
        var ballot = Decided();
        for (var length = 1; length < ballot.Lines.Count; length++)
        {
            BallotAudit
                .Faults([.. ballot.Lines.Take(length)], ballot.State.RecordHash)
                .ShouldContain($"the record ends with line {length}; the ballot's row knows of another last line.");
        }
        BallotAudit.Faults([], ballot.State.RecordHash).ShouldContain("the first line does not open a ballot.");
    }

    [Fact]
    public void A_record_cut_off_within_what_one_message_brought_about_is_found_without_the_row()
    {
        var ballot = Decided();

        BallotAudit.Faults([.. ballot.Lines.Take(4)]).ShouldBeEmpty("so it stood once");
        Fault(ballot.Lines.Take(5)).ShouldStartWith("line 6: is missing; the rules would have written {\"seq\":6,");
        Fault(ballot.Lines.Take(6)).ShouldContain("line 7: is missing; the rules would have written {\"seq\":7,");

        static string Fault(IEnumerable<(string, string)> lines) => BallotAudit.Faults([.. lines]).ShouldHaveSingleItem();
    }

    [Fact]
    public void What_cannot_be_read_is_found()
    {
        BallotAudit.Faults(Records.Chained(["{}"])).ShouldBe(["line 1: cannot be read."]);
        BallotAudit.Faults(Records.Chained(["nonsense"])).ShouldBe(["line 1: cannot be read."]);
    }

    [Fact]
    public void What_the_rules_never_meet_is_a_finding_and_no_crash()
    {
        BallotAudit
            .Faults(Decided().Changed(line => Seated(line, 2)))
            .ShouldContain("line 1: such a ballot is not opened: electorate has 2 voters; tier T1 needs 3 at least.");
        BallotAudit
            .Faults(Decided().Changed(line => Seated(line, 0)))
            .ShouldHaveSingleItem()
            .ShouldStartWith("line 1: the rules cannot take it: ");

        var nothing = Decided().Lines.Select(line => line.Text.Replace("\"panels\":[]", "\"panels\":null", StringComparison.Ordinal));
        BallotAudit.Faults(Records.Chained(nothing)).ShouldBe(["line 1: cannot be read."]);
    }

    [Fact]
    public void A_ballot_of_other_rules_is_not_judged_by_these() =>
        BallotAudit
            .Faults(Decided().Changed(line => line.Opening is { } opening ? line with { Opening = opening with { Rules = 2 } } : line))
            .ShouldBe(["line 1: the ballot was counted by version 2 of the rules; here is version 1."]);

    [Fact]
    public void A_member_that_is_there_twice_is_found()
    {
        var texts = Decided()
            .Lines.Select(line =>
                line.Text.Replace("\"option\":\"refund\"", "\"option\":\"review\",\"option\":\"refund\"", StringComparison.Ordinal)
            );

        BallotAudit
            .Faults(Records.Chained(texts))
            .ShouldBe(["line 7: decision.option is there 2 times; the rules would have written it once."]);
    }

    private static BallotRecord Seated(BallotRecord line, int seats) =>
        line.Opening is { } opening ? line with { Opening = opening with { Seats = [.. opening.Seats.Take(seats)] } } : line;

    /// <summary>Three of five for a refund, one against, one late, and what came of it.</summary>
    internal static BallotScript Decided()
    {
        var ballot = BallotScript
            .Of(5)
            .Vote("v0", "refund")
            .Vote("v1", "review")
            .Vote("v2", "refund")
            .Vote("v3", "refund")
            .Vote("v4", "review")
            .Report("review");
        ballot.Decided.ShouldBe("refund by votes");
        return ballot;
    }
}
