using CsCheck;

namespace Coordination.Contracts.Tests;

public sealed class SemanticRulesTests
{
    [Fact]
    [Trait("req", "CTR-04")]
    public void Thousands_of_messages_that_break_one_rule_are_all_refused_by_name()
    {
        var refused = 0;
        var mutations = from member in Gen.OneOf(Member.WithRules.ToArray()) from value in member.Broken select (member, value);
        mutations.Sample(
            mutation =>
            {
                var body = Bodies.Full(mutation.member.Contract);
                Bodies.Set(body, mutation.member.Path, mutation.value.DeepClone());

                var reading = Bodies.Read(mutation.member.Contract, body);

                reading.Ok.ShouldBeFalse($"{mutation.member.Contract} {mutation.member.Path} = {mutation.value.ToJsonString()}");
                reading.Reason.ShouldBe(ReasonCode.ContractInvalid);
                reading.Contract!.Id.ShouldBe(mutation.member.Contract);
                reading.Problems.ShouldContain(problem => problem.Path == mutation.member.Path);
                Interlocked.Increment(ref refused);
            },
            iter: 5000
        );
        refused.ShouldBeGreaterThanOrEqualTo(5000);
    }

    [Fact]
    [Trait("req", "CTR-04")]
    public void No_rule_goes_untried()
    {
        foreach (var member in Member.WithRules)
        {
            member.Broken.Sample(
                value =>
                {
                    var body = Bodies.Full(member.Contract);
                    Bodies.Set(body, member.Path, value.DeepClone());
                    Bodies.Read(member.Contract, body).Ok.ShouldBeFalse($"{member.Contract} {member.Path} = {value.ToJsonString()}");
                },
                iter: 30
            );
        }
    }

    [Fact]
    public void Messages_that_keep_every_rule_read_back_as_they_were_sent()
    {
        var variations = from member in Gen.OneOf(Member.WithRules.ToArray()) from value in member.Valid select (member, value);
        variations
            .Where(variation => variation.value is not null)
            .Sample(
                variation =>
                {
                    var body = Bodies.Full(variation.member.Contract);
                    Bodies.Set(body, variation.member.Path, variation.value.DeepClone());

                    var reading = Bodies.Read(variation.member.Contract, body);

                    reading.Problems.ShouldBeEmpty();
                    var written = ContractJson.Serialize(reading.Message!);
                    Bodies.Read(variation.member.Contract, System.Text.Encoding.UTF8.GetString(written)).Ok.ShouldBeTrue();
                    System.Text.Json.Nodes.JsonNode.DeepEquals(System.Text.Json.Nodes.JsonNode.Parse(written), body).ShouldBeTrue();
                },
                iter: 2000
            );
    }

    [Fact]
    [Trait("req", "CTR-04")]
    public void All_broken_rules_are_listed_at_once()
    {
        var body = Bodies.Full("step.failed.v1");
        Bodies.Set(body, "runId", Guid.Empty.ToString());
        Bodies.Set(body, "attempt", 0);
        Bodies.Set(body, "class", "fatal");

        Bodies.Read("step.failed.v1", body).Problems.Select(problem => problem.Path).ShouldBe(["runId", "attempt", "class"]);
    }

    [Fact]
    public void A_member_never_set_is_a_fault_and_not_an_exception()
    {
        var message = new V1.StepCompleted
        {
            RunId = Guid.NewGuid(),
            StepId = "a",
            Attempt = 1,
            Output = default,
        };

        ContractRules.Check(message).ShouldHaveSingleItem().Path.ShouldBe("output");
    }
}
