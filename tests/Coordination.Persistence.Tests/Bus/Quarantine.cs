using Coordination.Contracts;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Persistence.Tests.Bus;

/// <summary>What a stranger may write into a message and what becomes of it.</summary>
public abstract class Quarantine
{
    protected abstract ValueTask<Installation> InstallAsync();

    [Fact]
    [Trait("req", "CTR-01")]
    public async Task A_message_with_a_character_no_text_column_takes_is_parked_all_the_same()
    {
        await using var installation = await InstallAsync();
        var run = Guid.CreateVersion7();
        using var host = await installation.StartAsync(Effects.Endpoint);
        var message = Effects.Message(host, run);
        message = message with
        {
            Headers = new Dictionary<string, string>(message.Headers) { [EnvelopeHeaders.Contract] = "step\0progress.v1" },
        };

        await host.Services.GetRequiredService<IOutboxSender>().SendAsync(message, TestContext.Current.CancellationToken);

        await Eventually.Until(
            async () => (await host.Services.GetRequiredService<IDeadLetters>().ListAsync(null, run, 10)).Count == 1,
            TimeSpan.FromSeconds(20),
            "the message is parked"
        );
        await host.StopAsync(TestContext.Current.CancellationToken);
    }
}

public sealed class Quarantine_embedded : Quarantine
{
    protected override ValueTask<Installation> InstallAsync() => ValueTask.FromResult<Installation>(new Embedded());
}

[Trait("needs", "servers")]
public sealed class Quarantine_on_broker_and_database : Quarantine
{
    protected override async ValueTask<Installation> InstallAsync() => await Real.CreateAsync();
}
