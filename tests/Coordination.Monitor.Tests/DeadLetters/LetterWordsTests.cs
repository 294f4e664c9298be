using CsCheck;

namespace Coordination.Monitor.Tests.DeadLetters;

public sealed class LetterWordsTests
{
    private static readonly LetterKind Kind = new("in", "agent-refund", "NON_RETRYABLE", "step.execute.v1", "TimeoutException");

    [Fact]
    public void A_fingerprint_never_changes_for_links_to_it_are_kept() => Kind.Fingerprint.ShouldBe("d2263ec359d7");

    [Fact]
    public void Whatever_failed_in_another_way_has_another_fingerprint()
    {
        LetterKind[] kinds =
        [
            Kind,
            Kind with
            {
                Direction = "out",
            },
            Kind with
            {
                Endpoint = "agent-pay",
            },
            Kind with
            {
                Reason = "EXPIRED",
            },
            Kind with
            {
                MessageType = "step.cancel.v1",
            },
            Kind with
            {
                Error = null,
            },
        ];
        kinds
            .Select(kind => new LetterKind(kind.Direction, kind.Endpoint, kind.Reason, kind.MessageType, kind.Error).Fingerprint)
            .Distinct()
            .Count()
            .ShouldBe(kinds.Length);
    }

    [Fact]
    public void A_spark_has_the_oldest_hour_first_and_nothing_from_before()
    {
        var spark = Spark.Of([(0, 5), (23, 2), (-1, 100), (24, 100), (0, 1)]);
        spark.ShouldBe([2, .. Enumerable.Repeat(0, 22), 6]);
    }

    [Theory]
    [InlineData(3, 0, true)]
    [InlineData(2, 0, false)]
    [InlineData(20, 10, false)]
    [InlineData(21, 10, true)]
    public void A_group_grows_when_its_last_hour_stands_out(int last, int before, bool grows) =>
        Spark.IsGrowing([.. Enumerable.Repeat(before, 23), last]).ShouldBe(grows);

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@x")]
    [InlineData("  =cmd|' /C calc'!A0")]
    [InlineData("\u00a0=1")]
    [InlineData("\uff1d1")]
    [InlineData("\t=1")]
    [InlineData("\r=1")]
    public void No_cell_is_taken_for_a_formula(string text) => Spreadsheet.Cell(text).TrimStart('"').ShouldStartWith("'");

    [Fact]
    public void A_cell_stays_one_cell_and_plain_text_as_it_is() =>
        Gen.String[0, 20]
            .Sample(text =>
            {
                var cell = Spreadsheet.Cell(text);
                var isQuoted = cell.Length > 0 && cell[0] == '"';
                var read = isQuoted ? cell[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : cell;
                if (!isQuoted)
                    cell.IndexOfAny(['"', ',', '\r', '\n', ';', '\t']).ShouldBe(-1);
                new[] { text, "'" + text }.ShouldContain(read);
                (read.Length == 0 ? ' ' : read[0]).ShouldNotBeOneOf('=', '+', '-', '@');
            });

    [Fact]
    public void Secrets_in_headers_are_not_shown_and_ours_are()
    {
        var shown = LetterHeaders.Shown(
            new Dictionary<string, string>
            {
                ["Authorization"] = "Bearer x",
                ["x-api-key"] = "x",
                ["Set-Cookie"] = "x",
                ["coord-budget-tokens"] = "100",
                ["traceparent"] = "00-1",
                ["long"] = new string('x', 1_000),
            }
        );
        new[] { "Authorization", "x-api-key", "Set-Cookie" }.ShouldAllBe(name => shown[name] == LetterHeaders.Hidden);
        shown["coord-budget-tokens"].ShouldBe("100");
        shown["long"].Length.ShouldBe(501);
    }
}
