namespace Coordination.Monitor.Tests.Queries;

public sealed class When_a_query_is_read
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Clauses_have_a_field_an_operator_values_and_a_place()
    {
        var query = QueryText.Parse("""status:failed,partial  -agent:coder cost:>2.5 scope:"order 7,8" timeout "lease lost" -busy""");
        query.Problems.ShouldBeEmpty();
        query
            .Clauses.Select(clause => $"{(clause.Negated ? "not " : "")}{clause.Field} {clause.Operator} {string.Join('|', clause.Values)}")
            .ShouldBe([
                "status : failed|partial",
                "not agent : coder",
                "cost > 2.5",
                "scope : order 7,8",
                " : timeout",
                " : lease lost",
                "not  : busy",
            ]);
        query.Clauses[1].Start.ShouldBe(23);
        query.Clauses[1].Text.ShouldBe("-agent:coder");
        query.Clauses.Select(clause => clause.Length).ShouldBe(query.Clauses.Select(clause => clause.Text.Length));
    }

    [Theory]
    [InlineData("cost>2", ">")]
    [InlineData("cost>=2", ">=")]
    [InlineData("cost:<=2", "<=")]
    [InlineData("cost<2", "<")]
    public void Comparisons_need_no_colon(string text, string op) =>
        QueryText.Parse(text).Clauses.ShouldHaveSingleItem().Operator.ShouldBe(op);

    [Theory]
    [InlineData("stat:failed", "There is no field 'stat'.", null)]
    [InlineData("agnt:coder", "There is no field 'agnt'.", "agent:coder")]
    [InlineData("-nmae:x", "There is no field 'nmae'.", "-name:x")]
    [InlineData("http://x", "There is no field 'http'. To look for the words, put them into quotes.", "\"http://x\"")]
    [InlineData("status:faild", "'faild' is no status.", "status:failed")]
    [InlineData("status>failed", "'status' has no order: write a colon.", "status:failed")]
    [InlineData("started:yesterday", "'yesterday': a time is", "started:>-2h")]
    [InlineData("started:9999-12-31", "'9999-12-31': a time is", null)]
    [InlineData("duration:>99999999999d", "'99999999999d': a duration is", null)]
    [InlineData("cost:much", "'much': an amount is in dollars", null)]
    [InlineData("id:xy", "'xy': an id is hexadecimal", null)]
    [InlineData("id:…9a4", "'…9a4': an id is hexadecimal", null)]
    [InlineData("name:", "'name' has no value.", "name:ticket-triage")]
    [InlineData("\"open", "The quotation has no end.", "\"open\"")]
    [InlineData("--", "There is no word in it", null)]
    public void What_cannot_be_read_is_a_problem_with_its_place_and_what_could_be_meant(string text, string message, string? suggestion)
    {
        var query = QueryText.Parse("name:x " + text);
        var problem = query.Problems.ShouldHaveSingleItem();
        problem.Message.ShouldStartWith(message);
        problem.Start.ShouldBe(7);
        if (suggestion is not null)
            problem.Suggestion.ShouldBe(suggestion);
        query.Clauses[0].Values.ShouldBe(["x"]);
    }

    [Fact]
    public void A_query_is_bounded()
    {
        QueryText.Parse(string.Join(' ', Enumerable.Repeat("a", 30))).Clauses.Count.ShouldBe(QueryText.MostClauses);
        QueryText.Parse(new string('a', 600)).Problems.ShouldHaveSingleItem().Start.ShouldBe(500);
    }

    [Fact]
    public void Anything_at_all_can_be_typed() =>
        CsCheck.Check.Sample(
            CsCheck.Gen.String[CsCheck.Gen.Char["ab:<>=-\",.. 019hdstatusrednm$%_'\\^"], 0, 60],
            text =>
            {
                var query = QueryText.Parse(text);
                foreach (var condition in RunFilter.Of(query.Clauses, Now))
                {
                    var sql = new RunFilterSql(new Coordination.Persistence.PostgresDialect(false), true, Now).Where([condition]);
                    // Nothing of the text is in the SQL, but for the words of a search's own quotation.
                    sql.ShouldNotContain("'a");
                }
            }
        );

    [Fact]
    public void Times_are_days_moments_or_so_long_ago()
    {
        Span("-2h").ShouldBe(new Span<DateTimeOffset>(Now.AddHours(-2), null));
        Span("2026-11-01").ShouldBe(new Span<DateTimeOffset>(Day(1), Day(2), ToIncluded: false));
        Span("2026-11-01..2026-11-03").ShouldBe(new Span<DateTimeOffset>(Day(1), Day(4), ToIncluded: false));
        Span("2026-11-01T10:30").ShouldBe(new Span<DateTimeOffset>(Day(1).AddHours(10.5), null));
        QueryValues.Times("<", "2026-11-01", Now).ShouldBe(new Span<DateTimeOffset>(null, Day(1), ToIncluded: false));
        QueryValues.Times(">", "2026-11-01", Now).ShouldBe(new Span<DateTimeOffset>(Day(2), null));

        static Span<DateTimeOffset>? Span(string text) => QueryValues.Times(":", text, Now);
        static DateTimeOffset Day(int day) => new(2026, 11, day, 0, 0, 0, TimeSpan.Zero);
    }

    [Fact]
    public void Numbers_have_units()
    {
        QueryValues.Milliseconds("1.5m").ShouldBe(90_000);
        QueryValues.Count("10k").ShouldBe(10_000);
        QueryValues.MicroDollars("$0.50").ShouldBe(500_000);
        QueryValues.Numbers(":", "1..3", QueryValues.Count).ShouldBe(new Span<long>(1, 3));
        QueryValues.Id("0199")!.Range.First.ToString().ShouldBe("01990000-0000-0000-0000-000000000000");
        QueryValues.Id("0199")!.Range.Last.ToString().ShouldBe("0199ffff-ffff-ffff-ffff-ffffffffffff");
    }

    [Theory]
    [InlineData("9a43de", "9a43de", "9a43de", true)]
    [InlineData("9a4", "9a4", "", false)]
    [InlineData("…9a43de", "", "9a43de", false)]
    [InlineData("0199E9EB…9a43", "0199e9eb", "9a43", false)]
    [InlineData("0199e9eb...9a43", "0199e9eb", "9a43", false)]
    [InlineData("0199e9eb-1111", "0199e9eb1111", "0199e9eb1111", true)]
    [InlineData("0199e9eb-1111-7222-a333-444455559a43", "0199e9eb11117222a333444455559a43", "", false)]
    public void A_piece_of_an_id_is_read_as_lists_show_it(string text, string begin, string end, bool either) =>
        QueryValues.Id(text).ShouldBe(new IdFragment(begin, end, either));

    [Fact]
    public void A_bare_word_that_may_be_a_piece_of_an_id_finds_the_run_and_shorter_ones_are_words()
    {
        Id("9a43de").ShouldNotBeNull();
        Id("9a43").ShouldBeNull();
        Id("ticket").ShouldBeNull();
        Id("\"9a43de\"").ShouldBeNull();

        static IdFragment? Id(string text) =>
            RunFilter.Of(QueryText.Parse(text).Clauses, Now).ShouldHaveSingleItem().ShouldBeOfType<RunCondition.Words>().Id;
    }

    [Theory]
    [InlineData("state:failed", "failed")]
    [InlineData("status:FAILED,Partial", "partial|failed")]
    public void State_is_another_name_of_status(string text, string statuses) =>
        string.Join(
                '|',
                RunFilter.Of(QueryText.Parse(text).Clauses, Now).ShouldHaveSingleItem().ShouldBeOfType<RunCondition.Statuses>().Any
            )
            .ShouldBe(statuses);

    [Theory]
    [InlineData("status:voting", "waits=ballot")]
    [InlineData("status:\"Waits for person\"", "waits=person")]
    [InlineData("state:Retrying", "waits=retry")]
    [InlineData("status:stuck,failed", "stuck=yes|status=failed")]
    [InlineData("status:\"in doubt\"", "indoubt=yes")]
    public void Every_word_a_badge_shows_is_a_status(string text, string terms)
    {
        var query = QueryText.Parse(text);
        query.Problems.ShouldBeEmpty();
        string.Join('|', RunFilter.Of(query.Clauses, Now).ShouldHaveSingleItem().ShouldBeOfType<RunCondition.Terms>().Any).ShouldBe(terms);
    }

    [Fact]
    public void What_a_field_says_of_itself_can_be_read()
    {
        foreach (var field in QueryFields.All)
            QueryText.Parse(field.Example).Problems.ShouldBeEmpty(field.Example);
    }

    [Theory]
    [InlineData("name:a\0b")]
    [InlineData("bro\u0007ken")]
    public void A_control_character_is_a_problem(string text) =>
        QueryText.Parse(text).Problems.ShouldHaveSingleItem().Message.ShouldContain("control character U+00");

    [Fact]
    public void Not_a_status_is_any_of_the_others() =>
        RunFilter
            .Of(QueryText.Parse("-status:completed,running").Clauses, Now)
            .ShouldHaveSingleItem()
            .ShouldBeOfType<RunCondition.Statuses>()
            .Any.ShouldBe(["cancelling", "compensating", "partial", "failed", "cancelled", "expired"]);
}
