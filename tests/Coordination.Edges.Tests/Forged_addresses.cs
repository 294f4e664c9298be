using System.Text;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Testing;
using MassTransit;

namespace Coordination.Edges.Tests;

/// <summary>
/// M1 to M4: a sender names the address of the answer or of the fault. Contracts name none, so whoever does is up to something: the message is
/// parked before its handler instead of handled with the address ignored.
/// </summary>
[Trait("needs", "servers")]
public sealed class Forged_addresses
{
    private const string Victim = "victim";

    public static TheoryData<string, string> Addresses()
    {
        string[] addresses =
        [
            "queue:victim",
            "rabbitmq://evil.example/victim",
            "exchange:attacker-made?type=topic&durable=true",
            "http://evil.example/victim",
            "not an address",
        ];
        var all = new TheoryData<string, string>();
        foreach (var address in addresses)
        {
            all.Add(MessageHeaders.ResponseAddress, address);
            all.Add(MessageHeaders.FaultAddress, address);
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task In_a_header_cost_no_run_and_nothing_is_sent_or_made(string header, string address)
    {
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);
        await letters.DeclareAsync(Victim);
        desk.Does(_ => throw new InvalidOperationException("a handler that ran would send its fault to the address"));
        var run = Guid.CreateVersion7();

        await letters.PutAsync(run, properties => properties.Headers![header] = address);

        var parked = await desk.OneParkedAsync();
        parked.Reason.ShouldBe(ReasonCode.ContractInvalid);
        parked.Detail.ShouldContain(header);
        parked.Message.Headers[header].ShouldBe(address);
        desk.Runs.ShouldBe(0);
        (await letters.CountAsync(Victim)).ShouldBe(0u);
        (await letters.ExchangeExistsAsync("attacker-made")).ShouldBeFalse();
    }

    [Fact]
    public async Task In_the_reply_to_property_cost_no_run()
    {
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);
        await letters.DeclareAsync(Victim);

        await letters.PutAsync(Guid.CreateVersion7(), properties => properties.ReplyTo = Victim);

        (await desk.OneParkedAsync()).Detail.ShouldContain("reply-to");
        desk.Runs.ShouldBe(0);
        (await letters.CountAsync(Victim)).ShouldBe(0u);
    }

    /// <summary>
    /// The body is a valid message of a newer minor version, whose unknown members pass, and at the same time an envelope of MassTransit: read as the
    /// latter it would bring its own addresses and a message nobody checked.
    /// </summary>
    [Theory]
    [InlineData("application/vnd.masstransit+json")]
    [InlineData("application/vnd.masstransit+json; charset=utf-8")]
    [InlineData("")]
    public async Task In_a_body_that_is_an_envelope_too_cost_no_run(string contentType)
    {
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);
        await letters.DeclareAsync(Victim);
        var run = Guid.CreateVersion7();
        var body = $$"""
            {
              "runId": "{{run}}", "stepId": "one", "attempt": 1,
              "messageId": "{{Guid.CreateVersion7()}}",
              "responseAddress": "queue:{{Victim}}", "faultAddress": "queue:{{Victim}}",
              "messageType": ["{{MessageUrn.ForTypeString<StepProgress>()}}"],
              "message": { "runId": "{{run}}", "stepId": "no step id!", "attempt": -1 }
            }
            """;

        await letters.PutAsync(
            run,
            Encoding.UTF8.GetBytes(body),
            properties =>
            {
                properties.ContentType = contentType;
                properties.Headers![EnvelopeHeaders.Minor] = "9999";
            }
        );

        (await desk.OneParkedAsync()).Detail.ShouldContain("content-type");
        desk.Runs.ShouldBe(0);
        (await letters.CountAsync(Victim)).ShouldBe(0u);
    }

    [Fact]
    public async Task Are_parked_once_among_a_hundred_healthy_messages_which_run_once_each()
    {
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);

        await MixedAsync(letters);

        await HandledAsync(desk);
    }

    /// <summary>M5: with a broker user that may write nowhere else, the answer to the forged address could not be sent: the message came back for ever.</summary>
    [Fact]
    public async Task Do_not_loop_under_a_broker_user_of_least_privilege()
    {
        var ct = TestContext.Current.CancellationToken;
        var rabbit = await TestServers.Rabbit(ct);
        var broker = await rabbit.NewVirtualHostAsync(ct);
        var database = await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct);
        var user = $"desk-{Guid.NewGuid():N}";
        await rabbit.Ctl("add_user", user, "secret");
        var own = $"^{Desk.Endpoint}$";
        await rabbit.Ctl("set_permissions", "-p", broker.AbsolutePath.Trim('/'), user, own, own, own);
        await using var desk = await Desk.OpenAsync(
            new UriBuilder(broker) { UserName = user, Password = "secret" }.Uri.ToString(),
            database
        );
        await using var letters = await Letters.OpenAsync(broker);
        await letters.DeclareAsync(Victim);

        await MixedAsync(letters);

        await HandledAsync(desk);
        (await letters.CountAsync(Victim)).ShouldBe(0u);
    }

    private static async Task MixedAsync(Letters letters)
    {
        for (var i = 0; i < 100; i++)
        {
            if (i == 50)
            {
                await letters.PutAsync(
                    Guid.CreateVersion7(),
                    properties => properties.Headers![MessageHeaders.ResponseAddress] = "queue:" + Victim
                );
            }

            await letters.PutAsync(Guid.CreateVersion7());
        }
    }

    private static async Task HandledAsync(Desk desk)
    {
        await Eventually.Until(async () => await desk.EffectCountAsync() >= 100, Desk.Soon, "the healthy messages to be handled");
        await desk.OneParkedAsync();
        desk.Runs.ShouldBe(100);
        (await desk.EffectsAsync()).Values.ShouldAllBe(count => count == 1);
    }
}
