using Coordination.Contracts;

namespace Coordination.Edges.Tests;

/// <summary>M3: what a handler's exception says stays in the log of its process.</summary>
[Trait("needs", "servers")]
public sealed class Failing_handlers
{
    private const string Secret = "password-of-the-payment-service";

    [Fact]
    public async Task Tell_nobody_what_their_exception_said()
    {
        var (desk, broker) = await Desk.OpenAsync();
        await using var _ = desk;
        await using var letters = await Letters.OpenAsync(broker);
        string[] listening = ["MassTransit:Fault", "MassTransit:Fault--Coordination.Contracts.V1:StepProgress--", Desk.Endpoint + "_error"];
        desk.Does(_ => throw new InvalidOperationException(Secret, new TimeoutException(Secret)));
        var run = Guid.CreateVersion7();

        await desk.AcceptAsync(desk.Message(run));

        var parked = await desk.OneParkedAsync();
        parked.Reason.ShouldBe(ReasonCode.NonRetryable);
        parked.Detail.ShouldContain("incident");
        var stored = await desk.QueryAsync(
            "SELECT row_to_json(d)::text || convert_from(body, 'UTF8') FROM coordination.dead_letter d",
            row => row.GetString(0)
        );
        stored.ShouldHaveSingleItem().ShouldNotContain(Secret);
        stored[0].ShouldNotContain(Environment.MachineName + "/");
        foreach (var exchange in listening)
        {
            (await letters.ExchangeExistsAsync(exchange)).ShouldBeFalse();
        }

        // The log is where a person looks it up, by the incident.
        desk.Log.Lines.ShouldContain(line => line.Contains(Secret, StringComparison.Ordinal));
        desk.RunsOf(run).ShouldBe(1);
        (await desk.EffectCountAsync()).ShouldBe(0);
    }
}
