using System.Threading.Channels;
using RabbitMQ.Client;

namespace Coordination.Bench.Raw;

/// <summary>
/// Acknowledges what is handled in one go as far as nothing before it is missing. Several lanes of one channel end out of
/// order; one acknowledgement for all of them saves the client and the broker work.
/// </summary>
internal sealed class AckWindow(IChannel channel)
{
    private readonly Channel<ulong> handled = Channel.CreateUnbounded<ulong>(new UnboundedChannelOptions { SingleReader = true });

    public void Handled(ulong deliveryTag) => handled.Writer.TryWrite(deliveryTag);

    public async Task RunAsync(CancellationToken ct)
    {
        var ahead = new HashSet<ulong>();
        ulong acknowledged = 0;
        while (await handled.Reader.WaitToReadAsync(ct))
        {
            while (handled.Reader.TryRead(out var tag))
                ahead.Add(tag);
            var last = acknowledged;
            while (ahead.Remove(last + 1))
                last++;
            if (last == acknowledged)
                continue;
            await channel.BasicAckAsync(last, multiple: true, ct);
            acknowledged = last;
        }
    }
}
