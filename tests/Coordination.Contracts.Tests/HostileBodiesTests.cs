using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace Coordination.Contracts.Tests;

public sealed class HostileBodiesTests
{
    private const string Ids = "\"runId\":\"0198c5a0-7c1e-7d52-9a3b-2f6d1e0c4b5a\",\"stepId\":\"a\",\"attempt\":1";

    public static TheoryData<string, string, string> Refused =>
        new()
        {
            { "empty", "", "body" },
            { "blank", "  ", "body" },
            { "cut off", "{" + Ids, "body" },
            { "two documents", $"{{{Ids},\"output\":1}}{{}}", "body" },
            { "comment", $"{{{Ids},/**/\"output\":1}}", "body" },
            { "trailing comma", $"{{{Ids},\"output\":1,}}", "body" },
            { "byte order mark", $"\ufeff{{{Ids},\"output\":1}}", "body" },
            { "array", "[]", "body" },
            { "null", "null", "body" },
            { "text", "\"x\"", "body" },
            { "number", "1", "body" },
            { "not a number", $"{{{Ids},\"output\":NaN}}", "body" },
            { "deep", $"{{{Ids},\"output\":{new string('[', 40)}{new string(']', 40)}}}", "body" },
            { "very deep", $"{{{Ids},\"output\":{new string('[', 100_000)}", "body" },
            { "member twice", $"{{{Ids},\"output\":1,\"output\":2}}", "body" },
            { "member twice in free JSON", $"{{{Ids},\"output\":{{\"a\":1,\"\\u0061\":2}}}}", "body" },
            { "type smuggled in", $"{{\"$type\":\"System.IO.FileInfo\",{Ids},\"output\":1}}", "$type" },
            { "id smuggled in", $"{{\"$id\":\"1\",{Ids},\"output\":1}}", "$id" },
            { "other case", $"{{{Ids},\"Output\":1}}", "Output" },
            { "number as text", $"{{{Ids.Replace(":1", ":\"1\"")},\"output\":1}}", "attempt" },
            { "number as point", $"{{{Ids.Replace(":1", ":1.0")},\"output\":1}}", "attempt" },
            { "number too big", $"{{{Ids.Replace(":1", ":2147483648")},\"output\":1}}", "attempt" },
            { "number endless", $"{{{Ids.Replace(":1", ":1" + new string('0', 5000))},\"output\":1}}", "attempt" },
            { "infinite", $"{{{Ids},\"output\":[1e400]}}", "output[0]" },
            { "vanishing", $"{{{Ids},\"output\":1e-999999}}", "output" },
            { "many digits", $"{{{Ids},\"output\":0.{new string('1', 100)}}}", "output" },
            { "half a character", $"{{{Ids},\"output\":{{\"a\":\"\\ud800\"}}}}", "output.a" },
            { "half a character in a name", $"{{{Ids},\"output\":{{\"\\udc00\":1}}}}", "body" },
            { "half a character in an unknown name", $"{{{Ids},\"\\ud800\":1,\"output\":1}}", "body" },
            { "U+0000", $"{{{Ids},\"output\":\"a\\u0000b\"}}", "output" },
            { "U+0000 in a name", $"{{{Ids},\"output\":{{\"\\u0000\":1}}}}", "output.?" },
            { "identifier in braces", $"{{{Ids.Replace("0198", "{0198")},\"output\":1}}", "runId" },
        };

    [Theory, MemberData(nameof(Refused))]
    [Trait("req", "CTR-06")]
    public void A_hostile_body_is_refused_with_its_place(string what, string body, string path)
    {
        var reading = Bodies.Read("step.completed.v1", body);

        reading.Ok.ShouldBeFalse(what);
        reading.Reason.ShouldNotBeNull();
        reading.Problems.ShouldContain(
            problem => problem.Path == path,
            what + ": " + string.Join(" | ", reading.Problems.Select(p => p.Path))
        );
    }

    [Fact]
    public void Text_that_is_not_UTF_8_is_refused()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes($"{{{Ids},\"output\":\""), 0xC3, 0x28, .. "\"}"u8];

        ContractReader
            .Read("step.completed.v1", "0", body, ContractLimits.Default)
            .Problems.ShouldHaveSingleItem()
            .Message.ShouldContain("UTF-8");
    }

    [Fact]
    [Trait("req", "CTR-11")]
    public void A_body_over_the_limit_is_refused_before_it_is_looked_at()
    {
        var limit = ContractLimits.Default.MaxBodyBytes;
        limit.ShouldBe(262_144);
        var head = $"{{{Ids},\"output\":\"";
        var fits = head + new string('x', limit - head.Length - 2) + "\"}";

        Bodies.Read("step.completed.v1", fits).Ok.ShouldBeTrue();
        var reading = Bodies.Read("no such contract", fits + " ");
        reading.Reason.ShouldBe(ReasonCode.ContractInvalid);
        reading.Problems.ShouldHaveSingleItem().Path.ShouldBe("body");
    }

    [Fact]
    public void Ten_thousand_unknown_members_give_a_short_list()
    {
        var body = Bodies.Full("step.completed.v1");
        for (var i = 0; i < 10_000; i++)
        {
            body["k" + i] = i;
        }

        var reading = Bodies.Read("step.completed.v1", body);

        reading.Reason.ShouldBe(ReasonCode.UnknownField);
        reading.Problems.Count.ShouldBe(100);
    }

    [Fact]
    public void A_long_name_is_cut_in_the_report()
    {
        var body = Bodies.Full("step.completed.v1");
        body[new string('k', 10_000) + "\n"] = 1;

        Bodies.Read("step.completed.v1", body).Problems.ShouldHaveSingleItem().Path.Length.ShouldBe(64);
    }

    [Fact]
    public void Nulls_inside_lists_are_refused()
    {
        var body = Bodies.Full("run.submit.v1");
        body["plan"]!["steps"]!.AsArray().Add((JsonNode?)null);

        Bodies.Read("run.submit.v1", body).Problems.ShouldHaveSingleItem().Path.ShouldBe("plan.steps[2]");
    }

    [Fact]
    [Trait("req", "CTR-01")]
    public void Random_bytes_and_broken_copies_never_throw()
    {
        var bodies =
            from id in Gen.OneOf(ContractCatalog.All.Select(contract => contract.Id).ToArray())
            from noise in Gen.Byte.Array[0, 40]
            from place in Gen.Double[0, 1]
            from length in Gen.Int[0, 20]
            select (id, noise, place, length);
        bodies.Sample(
            mutation =>
            {
                var body = Encoding.UTF8.GetBytes(Bodies.Full(mutation.id).ToJsonString()).ToList();
                var at = (int)(mutation.place * body.Count);
                body.RemoveRange(at, Math.Min(mutation.length, body.Count - at));
                body.InsertRange(at, mutation.noise);

                foreach (var bytes in new[] { body.ToArray(), mutation.noise })
                {
                    var reading = ContractReader.Read(mutation.id, "0", bytes, ContractLimits.Default);
                    reading.Ok.ShouldBe(reading.Problems.Count == 0);
                    reading.Ok.ShouldBe(reading.Reason is null);
                }
            },
            iter: 5000
        );
    }
}
