using Coordination.Contracts.V1;
using Coordination.Faults.Node.Feeding;
using Coordination.Persistence;
using Microsoft.Extensions.Hosting;

namespace Coordination.Faults.Node.Orders;

/// <summary>
/// Sends numbered messages for each key, every one in a transaction with a row that says so: whoever goes on after a crash or an unknown commit reads
/// there which number is next.
/// </summary>
internal sealed class OrderFeeder(IUnitOfWorkFactory units, EnvelopeFactory envelopes, NodeSettings settings) : BackgroundService
{
    private const int Lanes = 2;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(25);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => RunAsync(lane, stoppingToken)));

    /// <summary>The key of a number: derived, so that it is the same in every process.</summary>
    private Guid Key(int number) => new(settings.Seed, (short)number, (short)settings.Feeder, [0x80, 0, 0, 0, 0, 0, 0, 1]);

    private async Task RunAsync(int lane, CancellationToken stopping)
    {
        var last = new Dictionary<Guid, int>();
        while (Feed.IsOpen && !stopping.IsCancellationRequested)
        {
            for (var key = lane; key < settings.Keys && Feed.IsOpen && !stopping.IsCancellationRequested; key += Lanes)
            {
                await SendAsync(Key(key), last, stopping);
                await Task.Delay(Between, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task SendAsync(Guid key, Dictionary<Guid, int> last, CancellationToken stopping)
    {
        try
        {
            if (!last.TryGetValue(key, out var sent))
            {
                sent = await LastAsync(key, stopping);
            }

            last.Remove(key);
            await using var work = units.Create();
            work.Execute(
                new Statement(
                    "INSERT INTO faults.order_sent (key, number) VALUES (@key, @number)",
                    ("key", key, ColumnKind.Uuid),
                    ("number", sent + 1, ColumnKind.Int32)
                )
            );
            work.Send(Message(key, sent + 1));
            await work.CommitAsync(stopping);
            last[key] = sent + 1;
        }
        catch (Exception) when (!stopping.IsCancellationRequested)
        {
            // Sent or not: the row says it at the key's next turn.
            await Task.Delay(Between * 4, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException)
        {
            // This process ends.
        }
    }

    private async Task<int> LastAsync(Guid key, CancellationToken stopping) =>
        (
            await units.QueryAsync(
                new Statement("SELECT COALESCE(max(number), 0) FROM faults.order_sent WHERE key = @key", ("key", key, ColumnKind.Uuid)),
                row => row.GetInt32(0),
                stopping
            )
        )[0];

    private OutgoingMessage Message(Guid key, int number)
    {
        var message = new StepProgress
        {
            RunId = key,
            StepId = "order",
            Attempt = number,
        };
        return ContractOutgoing.To(OrderConsumer.Endpoint, message, envelopes.Root(key) with { RunId = key }) with
        {
            GroupId = key,
            Ordered = true,
        };
    }
}
