using System.Text.Json.Nodes;

namespace Coordination.Contracts.Tests;

public sealed class EvolutionTests
{
    public static TheoryData<string> Ids => [.. ContractCatalog.All.Select(contract => contract.Id)];

    [Theory, MemberData(nameof(Ids))]
    [Trait("req", "CTR-05")]
    public void A_member_added_by_a_newer_minor_version_passes(string id)
    {
        var body = Bodies.Full(id);
        body["addedLater"] = new JsonObject { ["any"] = new JsonArray(1, "two") };

        Bodies.Read(id, body, minor: "9").Problems.ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Ids))]
    [Trait("req", "CTR-06")]
    public void The_same_member_at_an_equal_minor_version_is_an_unknown_field(string id)
    {
        var body = Bodies.Full(id);
        body["addedLater"] = true;

        var reading = Bodies.Read(id, body);

        reading.Ok.ShouldBeFalse();
        reading.Reason.ShouldBe(ReasonCode.UnknownField);
        reading.Problems.ShouldHaveSingleItem().Path.ShouldBe("addedLater");
    }

    [Fact]
    [Trait("req", "CTR-06")]
    public void An_unknown_member_deep_inside_is_named_by_its_path()
    {
        var body = Bodies.Full("run.submit.v1");
        body["plan"]!["steps"]![1]!["retry"]!["maxRetries"] = 3;

        Bodies.Read("run.submit.v1", body).Problems.ShouldHaveSingleItem().Path.ShouldBe("plan.steps[1].retry.maxRetries");
    }

    [Theory, MemberData(nameof(Ids))]
    [Trait("req", "CTR-06")]
    public void A_renamed_member_is_refused_and_its_old_name_reported_missing(string id)
    {
        foreach (var minor in new[] { "0", "7" })
        {
            var name =
                id == "agent.announced.v1" ? "agentType"
                : id.StartsWith("ballot.", StringComparison.Ordinal) ? "ballotId"
                : "runId";
            var body = Bodies.Full(id);
            body[name + "2"] = body[name]!.DeepClone();
            body.Remove(name);

            var reading = Bodies.Read(id, body, minor);

            reading.Ok.ShouldBeFalse();
            reading.Reason.ShouldBe(minor == "0" ? ReasonCode.UnknownField : ReasonCode.ContractInvalid);
            reading.Problems.ShouldContain(problem => problem.Path == name && problem.Message.Contains("missing"));
        }
    }

    [Theory, MemberData(nameof(Ids))]
    [Trait("req", "CTR-06")]
    public void No_required_member_is_ever_defaulted(string id)
    {
        var minimal = JsonNode.Parse(ContractJson.Serialize(Gate.SampleMessages.Of(ContractCatalog.Find(id)!.Type)[0].Message))!.AsObject();
        foreach (var name in minimal.Select(member => member.Key).ToList())
        {
            var body = minimal.DeepClone().AsObject();
            body.Remove(name);
            Bodies.Read(id, body, minor: "9").Problems.ShouldContain(problem => problem.Path == name);
            if (name is "output" or "answer")
            {
                // Any JSON, so null is a value.
                continue;
            }

            body[name] = null;
            Bodies.Read(id, body).Problems.ShouldContain(problem => problem.Path == name);
        }
    }

    [Fact]
    [Trait("req", "CTR-06")]
    public void Absent_null_and_empty_are_three_things()
    {
        var body = Bodies.Full("step.progress.v1");
        body.Remove("note");
        Bodies.Read("step.progress.v1", body).Ok.ShouldBeTrue();

        body["note"] = null;
        Bodies.Read("step.progress.v1", body).Problems.ShouldHaveSingleItem().Message.ShouldContain("not null");

        body["note"] = "";
        Bodies.Read("step.progress.v1", body).Problems.ShouldHaveSingleItem().Message.ShouldContain("1 to 500 characters");
    }

    [Theory, MemberData(nameof(Ids))]
    [Trait("req", "CTR-05")]
    public void An_unknown_major_version_is_unsupported_and_an_unknown_name_invalid(string id)
    {
        var next = id[..^1] + "2";
        Bodies.Read(next, Bodies.Full(id)).Reason.ShouldBe(ReasonCode.UnsupportedVersion);
        Bodies.Read("x" + id, Bodies.Full(id)).Reason.ShouldBe(ReasonCode.ContractInvalid);
    }

    [Fact]
    [Trait("req", "CTR-05")]
    public void A_reason_code_of_a_newer_minor_version_passes()
    {
        var body = Bodies.Full("step.failed.v1");
        body["reason"] = "FUTURE_REASON";

        Bodies.Read("step.failed.v1", body, minor: "9").Ok.ShouldBeTrue();
        Bodies.Read("step.failed.v1", body, minor: "0").Ok.ShouldBeFalse();
    }

    [Theory]
    [InlineData(null, "0", "headers.coord-contract")]
    [InlineData("", "0", "headers.coord-contract")]
    [InlineData("run.submit", "0", "headers.coord-contract")]
    [InlineData("run.submit.v1", null, "headers.coord-minor")]
    [InlineData("run.submit.v1", "", "headers.coord-minor")]
    [InlineData("run.submit.v1", "-1", "headers.coord-minor")]
    [InlineData("run.submit.v1", "1.0", "headers.coord-minor")]
    [InlineData("run.submit.v1", "10000", "headers.coord-minor")]
    [Trait("req", "CTR-01")]
    public void Contract_headers_that_are_missing_or_malformed_are_named(string? id, string? minor, string path)
    {
        var reading = ContractReader.Read(
            id,
            minor,
            System.Text.Encoding.UTF8.GetBytes(Bodies.Full("run.submit.v1").ToJsonString()),
            ContractLimits.Default
        );

        reading.Problems.ShouldHaveSingleItem().Path.ShouldBe(path);
        reading.Reason.ShouldBe(ReasonCode.ContractInvalid);
    }
}
