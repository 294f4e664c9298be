using Coordination.Host.CommandLine;

namespace Coordination.Host.Tests;

/// <summary>Before anything is sent: no server is needed to learn that a plan is wrong.</summary>
public sealed class When_a_plan_is_checked
{
    [Fact]
    public async Task Every_problem_is_printed_with_its_place()
    {
        var typed = await SubmitAsync(
            """
            { "name": "bad", "steps": [
              { "id": "a", "agentType": "reader", "dependsOn": ["b"] },
              { "id": "b", "agentType": "reader", "dependsOn": ["a", "nobody"] },
              { "id": "a", "agentType": "writer", "timeoutMs": 0 } ] }
            """
        );

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.Error.ShouldContain("PLAN_CYCLE");
        typed.Error.ShouldContain("a -> b");
        typed.Error.ShouldContain("plan.steps[1].dependsOn[1]: there is no step 'nobody'");
        typed.Error.ShouldContain("plan.steps[2].id");
        typed.Error.ShouldContain("plan.steps[2].timeoutMs");
    }

    [Fact]
    public async Task Machines_get_the_problems_as_json()
    {
        var typed = await SubmitAsync("""{ "name": "bad", "steps": [{ "id": "A!", "agentType": "reader" }] }""", "--json");

        var problem = typed.Json.GetProperty("error").GetProperty("details")[0];
        problem.GetProperty("path").GetString().ShouldBe("plan.steps[0].id");
        problem.GetProperty("code").GetString().ShouldBe("CONTRACT_INVALID");
    }

    [Theory]
    [InlineData("{ \"name\": \"x\",\n \"steps\": [ }", "line 2")]
    [InlineData("{ \"name\": \"x\" }", "steps")]
    [InlineData("{ \"name\": \"x\", \"steps\": [{ \"id\": \"a\", \"agentTyp\": \"b\" }] }", "agentTyp")]
    [InlineData("[]", "plan")]
    public async Task What_is_no_plan_is_refused_by_name(string text, string named)
    {
        var typed = await SubmitAsync(text);

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.Error.ShouldContain(named);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var typed = await Typed.RunAsync("submit", "/nowhere/plan.json");

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.Error.ShouldContain("/nowhere/plan.json");
    }

    [Fact]
    public async Task A_good_plan_goes_on_to_the_database()
    {
        var typed = await SubmitAsync("""{ "name": "good", "steps": [{ "id": "a", "agentType": "reader" }] }""");

        typed.Error.ShouldContain("Coordination:Database is missing");
    }

    private static Task<Typed> SubmitAsync(string plan, params string[] more) => Typed.RunAsync([], ["submit", "-", .. more], plan);
}
