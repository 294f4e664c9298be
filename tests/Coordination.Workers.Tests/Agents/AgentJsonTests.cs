using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Coordination.Contracts;

namespace Coordination.Workers.Tests;

/// <summary>How strictly an agent's input is read.</summary>
[Trait("req", "CTR-04")]
public sealed class AgentJsonTests
{
    [Theory]
    [InlineData("""{"amountCents":5}""", "input: required members are missing: 'orderId'.")]
    [InlineData("""{"orderId":"o","amountCents":5,"more":1}""", "input.more: an unknown member")]
    [InlineData("""{"orderId":null,"amountCents":5}""", "input.orderId: null is not allowed")]
    [InlineData("""{"orderId":"o","amountCents":"5"}""", "input.amountCents: the value does not fit")]
    [InlineData("""{"OrderId":"o","amountCents":5}""", "input")]
    [InlineData("""{"orderId":"o","amountCents":5,"amountCents":6}""", "input.amountCents: a member occurs twice")]
    [InlineData("""{"orderId":"o","amountCents":5,"lines":[{"sku":1}]}""", "input.lines[0].sku: the value does not fit")]
    [InlineData("""{"orderId":"o","amountCents":0}""", "input.amountCents: ")]
    [InlineData("null", "input: ")]
    [InlineData("[]", "input: the value does not fit")]
    public void A_bad_input_is_refused_with_its_path(string json, string expected)
    {
        using var document = JsonDocument.Parse(json);
        AgentJson.TryRead<Order>(document.RootElement, "input", out _, out var problem).ShouldBeFalse();
        problem!.Message.ShouldStartWith(expected);
        problem.ReasonCode.ShouldBe(ReasonCode.ContractInvalid);
    }

    [Fact]
    public void A_refusal_repeats_nothing_of_the_content()
    {
        using var document = JsonDocument.Parse("""{"orderId":"o","amountCents":"my-secret"}""");
        AgentJson.TryRead<Order>(document.RootElement, "input", out _, out var problem).ShouldBeFalse();
        problem!.Message.ShouldNotContain("my-secret");
    }

    [Fact]
    public void A_good_input_is_read()
    {
        using var document = JsonDocument.Parse("""{"orderId":"o","amountCents":5,"lines":[{"sku":"s"}]}""");
        AgentJson.TryRead<Order>(document.RootElement, "input", out var order, out _).ShouldBeTrue();
        order!.Lines![0].Sku.ShouldBe("s");
    }

    [Fact]
    public void An_output_that_no_message_can_carry_is_refused_with_its_size() =>
        Should.Throw<PermanentFailure>(() => AgentJson.Write(new string('x', 256 * 1024))).Message.ShouldContain("261,120 are allowed");

    [Fact]
    public void A_question_is_asked_once_and_its_answer_is_typed()
    {
        var context = new TestAgentContext();
        var question = Should.Throw<InputRequiredException>(() => context.Ask<bool>("approve", "Refund 500?"));
        question.AnswerSchema!["type"]!.ToString().ShouldBe("boolean");
        TestAgentContext.WithAnswer("approve", true).Ask<bool>("approve", "Refund 500?").ShouldBeTrue();
        Should.Throw<PermanentFailure>(() => TestAgentContext.WithAnswer("approve", "yes").Ask<bool>("approve", "Refund 500?"));
    }

    private sealed record Order
    {
        public required string OrderId { get; init; }

        [Range(1, 1_000_000)]
        public required int AmountCents { get; init; }
        public IReadOnlyList<Line>? Lines { get; init; }
    }

    private sealed record Line
    {
        public required string Sku { get; init; }
    }
}
