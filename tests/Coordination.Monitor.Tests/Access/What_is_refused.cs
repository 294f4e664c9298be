using System.Net;
using System.Text;
using System.Text.Json;
using Coordination.Monitor.Tests.Acting;
using Coordination.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Monitor.Tests.Access;

/// <summary>Bad requests get an answer that says what is bad, whatever they are, and what was tried is written down.</summary>
public sealed class What_is_refused
{
    [Theory]
    [InlineData(
        """{"kind":"run.cancel","targets":[{"run":"0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55"}],"reason":"x","dry_run":true}""",
        "dry_run"
    )]
    [InlineData("""{"kind":"run.cancel","kind":"run.answer","targets":[],"reason":"x"}""", "kind")]
    [InlineData("""{"kind":"run.cancel","targets":[null],"reason":"x"}""", "null")]
    [InlineData(
        """{"kind":"run.cancel","targets":[{"run":"0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55"}],"reason":"x","parameters":null}""",
        "arameters"
    )]
    [InlineData("""{"kind":"dead-letter.discard","select":{"reason":"X"},"reason":"x","parameters":{"perSecond":1e400}}""", "perSecond")]
    [InlineData("""{"kind":"dead-letter.discard","select":{"reason":"X","asOf":"0001-01-01T00:00:00Z"},"reason":"x"}""", "asOf")]
    [InlineData("""{"kind":"dead-letter.discard","select":{"reason":"a\u0000b"},"reason":"x"}""", "NUL")]
    [InlineData(
        """{"kind":"run.answer","targets":[{"run":"0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55","step":"s","question":"q"}],"parameters":{"answer":{"a":["\u0000"]}}}""",
        "NUL"
    )]
    [InlineData(
        """{"kind":"run.answer","targets":[{"run":"0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55","step":"s","question":"q"}],"parameters":{"answer":"\ud800"}}""",
        "surrogate"
    )]
    [InlineData(
        """{"kind":"effect.resolve","targets":[{"run":"0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55","effect":""}],"parameters":{"verdict":"compensate"},"reason":"x"}""",
        "empty"
    )]
    [InlineData(
        """{"kind":"run.cancel","targets":[{"run":"0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55","letter":1}],"reason":"x"}""",
        "takes no letter"
    )]
    public async Task A_request_that_cannot_be_meant_is_refused_and_does_nothing(string body, string names)
    {
        await using var host = await ActingHost.StartAsync();
        using var ann = host.As("ann");
        using var request = new HttpRequestMessage(HttpMethod.Post, "operations")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Coordination", "1");
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());

        using var answer = await ann.SendAsync(request);

        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, text);
        text.ShouldContain(names);
        text.ShouldNotContain("Coordination.Monitor.");
        (await ann.ReadAsync("operations")).GetProperty("rows").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("runs")]
    [InlineData("effects")]
    [InlineData("ballots")]
    [InlineData("timers")]
    [InlineData("dead-letters")]
    [InlineData("operations")]
    [InlineData("audit")]
    public async Task A_cursor_of_another_list_is_a_bad_request(string list)
    {
        await using var host = await ActingHost.StartAsync();
        using var ann = host.As("ann");
        object[][] forged =
        [
            ["a"],
            [null!],
            [1e300],
            ["a", "b"],
            [1, 2],
            ["2026-01-01T00:00:00Z", 1],
            [1, "never", "id"],
            [0, null!, null!],
            [9, "2026-01-01T00:00:00Z", "a\0b"],
            ["x", "y", "z"],
            [long.MaxValue, "0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55", long.MinValue],
        ];
        foreach (var values in forged)
        {
            await ShouldBeAnsweredAsync(JsonSerializer.SerializeToUtf8Bytes(values));
        }
        await ShouldBeAnsweredAsync("""[0,"","\ud800"]"""u8.ToArray());
        await ShouldBeAnsweredAsync("""[0,"\ud800","\ud800"]"""u8.ToArray());
        await ShouldBeAnsweredAsync([.. "[0,\"a\",\""u8, 0xff, .. "\"]"u8]);

        async Task ShouldBeAnsweredAsync(byte[] cursor)
        {
            var after = System.Buffers.Text.Base64Url.EncodeToString(cursor);
            using var answer = await ann.GetAsync(new Uri($"{list}?after={after}", UriKind.Relative));
            ((int)answer.StatusCode).ShouldBeLessThan(
                500,
                $"{list} {Encoding.Latin1.GetString(cursor)}: {await answer.Content.ReadAsStringAsync()}"
            );
        }
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task A_name_that_is_a_book_is_refused_and_not_kept()
    {
        await using var host = await ActingHost.StartAsync();
        using var eve = host.As("eve", "viewer");
        var target = new
        {
            run = Guid.NewGuid(),
            step = new string('s', 100_000),
            question = "q",
        };

        var answer = await eve.OperateAsync(
            new
            {
                kind = "run.answer",
                targets = new[] { target },
                parameters = new { answer = 1 },
            }
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await eve.ReadAsync("audit")).GetRawText().Length.ShouldBeLessThan(10_000);
    }

    [Fact]
    public async Task A_parameter_of_the_wrong_kind_is_a_problem_in_words()
    {
        await using var host = await ActingHost.StartAsync();
        using var ann = host.As("ann");
        using var answer = await ann.GetAsync(new Uri("runs?limit=many", UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task What_somebody_may_not_do_is_in_the_audit_whether_for_a_role_or_a_site()
    {
        await using var host = await ActingHost.StartAsync();
        var id = Guid.NewGuid();
        using (var eve = host.As("eve", "viewer"))
        {
            using var turn = new HttpRequestMessage(HttpMethod.Post, $"operations/{id}/cancel");
            turn.Headers.Add("X-Coordination", "1");
            (await eve.SendAsync(turn)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }
        using (var ann = host.As("ann"))
        {
            using var foreign = new HttpRequestMessage(HttpMethod.Post, "operations");
            foreign.Headers.Add("X-Coordination", "1");
            foreign.Headers.Add("Origin", "https://evil.example");
            (await ann.SendAsync(foreign)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }

        using var admin = host.As("admin");
        var lines = (await admin.ReadAsync("audit?outcome=forbidden")).GetProperty("rows").EnumerateArray().ToList();
        lines.Select(line => line.GetProperty("actor").GetString()).ShouldBe(["ann", "eve"]);
        lines[0].GetProperty("detail").GetString()!.ShouldContain("evil.example");
        lines[1].GetProperty("detail").GetString().ShouldBe("lacks the role operator");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task The_dry_run_of_an_edit_shows_a_body_and_says_so_in_the_audit()
    {
        await using var host = await ActingHost.StartAsync();
        var letter = await host.LetterAsync();
        using var ann = host.As("ann", "operator,payload-reader");

        await ann.OperateAsync(
            new
            {
                kind = "dead-letter.edit",
                targets = new[] { new { letter } },
                parameters = new { body = "{}" },
                reason = "a look",
                dryRun = true,
            }
        );

        var read = (await ann.ReadAsync("audit?kind=payload.read")).GetProperty("rows");
        read.GetArrayLength().ShouldBe(1);
        read[0].GetProperty("target").GetString().ShouldBe($"dead-letter/{letter}");
    }

    [Fact, Trait("req", "OPS-04")]
    public async Task When_a_sealed_vote_comes_the_feed_does_not_tell()
    {
        await using var host = await ActingHost.StartAsync();
        var ballot = await host.BallotAsync();
        var probes = host.Services.GetRequiredService<LiveProbes>();
        var units = host.Services.GetRequiredService<IUnitOfWorkFactory>();
        async Task<(string All, string One)> AfterAsync(string set)
        {
            await units.ExecuteAsync(
                new Statement($"UPDATE {units.Dialect.Table("ballot")} SET {set} WHERE ballot_id = @id", ("id", ballot, ColumnKind.Uuid))
            );
            return (
                await probes.OfAsync("ballots", CancellationToken.None),
                (await probes.OfEachAsync("ballot", [ballot], CancellationToken.None))[ballot]
            );
        }

        var voting = await AfterAsync("status = 'Voting'");
        (await AfterAsync("version = version + 1")).ShouldBe(voting);
        (await AfterAsync("round = round + 1")).ShouldNotBe(voting);
        var people = await AfterAsync("status = 'People'");
        (await AfterAsync("version = version + 1")).ShouldNotBe(people);
    }
}
