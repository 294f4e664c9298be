using System.Text;
using Coordination.Contracts;
using Coordination.Testing;
using RabbitMQ.Client.Exceptions;

namespace Coordination.Edges.Tests;

/// <summary>M13, M14, M20: what a stranger may write as a body. None of it reaches a handler, each is parked once, and healthy neighbours run once each.</summary>
[Trait("needs", "servers")]
public sealed class Hostile_bodies
{
    private const string Valid = """{"runId":"0198c5a0-7c1e-7d52-9a3b-2f6d1e0c4b5b","stepId":"one","attempt":1""";

    public static TheoryData<string, string> Bodies() =>
        new()
        {
            { "an empty object", "{}" },
            { "an empty MassTransit message", """{"message":{}}""" },
            { "a required member missing", """{"runId":"0198c5a0-7c1e-7d52-9a3b-2f6d1e0c4b5b","attempt":1}""" },
            { "a required member null", """{"runId":"0198c5a0-7c1e-7d52-9a3b-2f6d1e0c4b5b","stepId":null,"attempt":1}""" },
            { "a member twice", Valid + ""","attempt":2}""" },
            { "a member nobody knows", Valid + ""","colour":"red"}""" },
            { "a member of another type", """{"runId":"0198c5a0-7c1e-7d52-9a3b-2f6d1e0c4b5b","stepId":7,"attempt":"one"}""" },
            { "a number beyond its rule", """{"runId":"0198c5a0-7c1e-7d52-9a3b-2f6d1e0c4b5b","stepId":"one","attempt":-1}""" },
            { "a type to make", Valid + ""","$type":"System.Diagnostics.Process, System.Diagnostics.Process"}""" },
            {
                "a type to make in an object",
                Valid + ""","note":{"$type":"System.IO.FileInfo, System.Private.CoreLib","fileName":"/etc/passwd"}}"""
            },
            { "nesting of 65 levels", Valid + ",\"note\":" + new string('[', 65) + new string(']', 65) + "}" },
            { "nesting of 100,000 levels", new string('[', 100_000) },
            { "no JSON", "\u0001garbage<xml/>" },
            { "nothing", "" },
            { "a bare value", "42" },
            { "a text of 2 MB", Valid + ",\"note\":\"" + new string('x', 2_000_000) + "\"}" },
            { "20,000 members", "{" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"m{i}\":1")) + "}" },
        };

    [Theory]
    [MemberData(nameof(Bodies))]
    [Trait("req", "CTR-01")]
    public async Task Never_reach_a_handler(string what, string body)
    {
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);
        var healthy = Guid.CreateVersion7();

        await letters.PutAsync(Guid.CreateVersion7(), body: body);
        await letters.PutAsync(healthy);

        await Eventually.Until(async () => (await desk.EffectsAsync()).ContainsKey(healthy), Desk.Soon, "the neighbour of " + what);
        var parked = await desk.OneParkedAsync();
        parked.Reason.ShouldBeOneOf(ReasonCode.ContractInvalid, ReasonCode.UnknownField);
        parked.Message.Body.ShouldBe(Encoding.UTF8.GetBytes(body));
        desk.Runs.ShouldBe(1);
    }

    [Theory]
    [InlineData("order.place.v1")]
    [InlineData("urn:message:System.Diagnostics:Process")]
    [InlineData("step.progress.v7")]
    [InlineData("run.completed.v1")]
    public async Task Of_a_type_that_is_not_taken_never_reach_a_handler(string contract)
    {
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);

        await letters.PutAsync(Guid.CreateVersion7(), properties => properties.Headers![EnvelopeHeaders.Contract] = contract);

        (await desk.OneParkedAsync()).Reason.ShouldBeOneOf(
            ReasonCode.ContractInvalid,
            ReasonCode.UnknownField,
            ReasonCode.UnsupportedVersion
        );
        desk.Runs.ShouldBe(0);
    }

    [Fact]
    public async Task Without_any_header_never_reach_a_handler()
    {
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);

        await letters.PutAsync(
            Guid.CreateVersion7(),
            properties =>
            {
                properties.ClearHeaders();
                properties.ClearMessageId();
                properties.ClearContentType();
            }
        );

        (await desk.OneParkedAsync()).Reason.ShouldBe(ReasonCode.ContractInvalid);
        desk.Runs.ShouldBe(0);
    }

    /// <summary>What the broker refuses costs its sender the channel, and nobody else anything.</summary>
    [Fact]
    public async Task Of_twenty_megabytes_are_refused_by_the_broker()
    {
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);
        await using var neighbour = await Letters.OpenAsync(broker);
        var healthy = Guid.CreateVersion7();

        var refused = await Should.ThrowAsync<OperationInterruptedException>(() =>
            letters.PutAsync(Guid.CreateVersion7(), new byte[20_000_000])
        );
        await neighbour.PutAsync(healthy);

        refused.ShutdownReason!.ReplyText.ShouldContain("larger than configured max size");
        await Eventually.Until(async () => (await desk.EffectsAsync()).ContainsKey(healthy), Desk.Soon, "the neighbour");
        (await desk.ParkedAsync()).ShouldBeEmpty();
        desk.Runs.ShouldBe(1);
    }

    /// <summary>The largest a broker takes by default is 16 MB; what it takes is parked whole, and memory and neighbours do not suffer.</summary>
    [Fact]
    public async Task Of_fifteen_megabytes_are_parked_and_cost_no_run()
    {
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);
        var healthy = Guid.CreateVersion7();

        await letters.PutAsync(Guid.CreateVersion7(), new byte[15_000_000]);
        await letters.PutAsync(healthy);

        (await desk.OneParkedAsync()).Message.Body.Length.ShouldBe(15_000_000);
        await Eventually.Until(async () => (await desk.EffectsAsync()).ContainsKey(healthy), Desk.Soon, "its neighbour");
        desk.Runs.ShouldBe(1);
    }
}
