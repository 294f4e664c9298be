using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.EndToEnd.Tests;

/// <summary>
/// The person who looks into the provider's list where nobody else can know. A worker that is killed between its call and the answer leaves the call open; when the next call
/// with the same key is refused for good, that says nothing about the first one, and the run asks.
/// </summary>
internal sealed class Clerk : IAsyncDisposable
{
    private readonly IHost host;
    private readonly Desk desk;
    private readonly HashSet<string> answered = new(StringComparer.Ordinal);

    private Clerk(IHost host, Desk desk) => (this.host, this.desk) = (host, desk);

    /// <summary>How many doubts were answered.</summary>
    public int Answered => answered.Count;

    public static async Task<Clerk> StartAsync(string broker, string database, Desk desk, CancellationToken ct)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCoordination(backbone => backbone.UseRabbitMq(broker).UsePostgres(database));
        builder.Services.AddRunClient();
        var built = builder.Build();
        await built.StartAsync(ct);
        return new Clerk(built, desk);
    }

    public async Task AnswerAsync(CancellationToken ct)
    {
        foreach (var doubt in await host.Services.GetRequiredService<EffectClient>().ListAsync(status: "indoubt", cancellationToken: ct))
        {
            if (!answered.Add(doubt.QuestionId))
            {
                continue;
            }

            var paid = desk.Refunds().SingleOrDefault(line => line.Key == doubt.Key);
            object answer = paid is null
                ? new { verdict = "did-not-happen", by = "clerk" }
                : new
                {
                    verdict = "happened",
                    result = new { amountCents = paid.AmountCents },
                    by = "clerk",
                };
            await host
                .Services.GetRequiredService<RunClient>()
                .AnswerAsync(doubt.RunId, doubt.StepId, doubt.QuestionId, answer, "clerk", ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
    }
}
