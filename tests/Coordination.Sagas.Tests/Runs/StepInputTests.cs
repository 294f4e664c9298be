using System.Text.Json;
using Coordination.Sagas.Runs;
using static Coordination.Sagas.Tests.Runs.Plans;

namespace Coordination.Sagas.Tests.Runs;

public sealed class StepInputTests
{
    // The examples of RFC 6901, section 5.
    [Theory]
    [InlineData("", """{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"m~n":8," ":7}""")]
    [InlineData("/foo", """["bar","baz"]""")]
    [InlineData("/foo/0", "\"bar\"")]
    [InlineData("/", "0")]
    [InlineData("/a~1b", "1")]
    [InlineData("/c%d", "2")]
    [InlineData("/ ", "7")]
    [InlineData("/m~0n", "8")]
    public void A_member_is_taken_from_where_the_pointer_says(string pointer, string expected)
    {
        var output = Json("""{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"m~n":8," ":7}""");
        var step = Step("b", "a") with { InputFrom = new Dictionary<string, string> { ["v"] = $"a#{pointer}" } };

        var input = StepInput.Resolve(step, new Dictionary<string, JsonElement> { ["a"] = output }).Input!.Value;

        input.GetRawText().ShouldBe($$"""{"v":{{expected}}}""");
    }

    [Theory]
    [InlineData("/nope")]
    [InlineData("/foo/2")]
    [InlineData("/foo/01")]
    [InlineData("/foo/-")]
    [InlineData("/foo/0/deeper")]
    public void A_pointer_to_nothing_is_a_fault_that_names_it(string pointer)
    {
        var step = Step("b", "a") with { InputFrom = new Dictionary<string, string> { ["v"] = $"a#{pointer}" } };

        var result = StepInput.Resolve(step, new Dictionary<string, JsonElement> { ["a"] = Json("""{"foo":["bar","baz"]}""") });

        result.Input.ShouldBeNull();
        result.Fault.ShouldBe($"input member 'v' is taken from 'a#{pointer}', but the output of step 'a' has nothing at '{pointer}'");
    }

    [Fact]
    public void Written_members_and_taken_ones_make_one_object()
    {
        var step = Step("b", "a") with
        {
            Input = Json("""{"x":null,"y":{"z":1}}"""),
            InputFrom = new Dictionary<string, string> { ["whole"] = "a" },
        };

        var input = StepInput.Resolve(step, new Dictionary<string, JsonElement> { ["a"] = Json("[1]") }).Input!.Value;

        input.GetRawText().ShouldBe("""{"x":null,"y":{"z":1},"whole":[1]}""");
    }

    [Fact]
    public void A_step_without_input_gets_an_empty_object() =>
        StepInput.Resolve(Step("a"), new Dictionary<string, JsonElement>()).Input!.Value.GetRawText().ShouldBe("{}");
}
