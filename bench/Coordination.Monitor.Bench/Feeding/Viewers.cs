using System.Net;
using System.Net.Sockets;

namespace Coordination.Monitor.Bench.Feeding;

/// <summary>Browsers that look at the list: each a live connection that is read and thrown away, and opened again when it breaks.</summary>
internal sealed class Viewers : IAsyncDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource end = new();
    private readonly HttpClient http;
    private readonly Task[] all;
    private int connected;
    private int open;
    private long bytes;

    public Viewers(Uri monitor, int count)
    {
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = count + 1, ConnectCallback = ConnectAsync };
        http = new HttpClient(handler) { BaseAddress = monitor, Timeout = Timeout.InfiniteTimeSpan };
        all = [.. Enumerable.Range(0, count).Select(_ => Task.Run(LookAsync))];
    }

    /// <summary>Connections that are open now.</summary>
    public int Open => Volatile.Read(ref open);

    /// <summary>What all of them were sent so far.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await Task.WhenAll(all);
        http.Dispose();
        end.Dispose();
    }

    // Each from an address of its own: one viewer may not have all the connections there are.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)(1 + Interlocked.Increment(ref connected) % 250)]), 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task LookAsync()
    {
        var buffer = new byte[64 * 1024];
        while (!end.IsCancellationRequested)
        {
            try
            {
                await using var stream = await http.GetStreamAsync(
                    new Uri("api/v1/events?topics=overview,runs", UriKind.Relative),
                    end.Token
                );
                Interlocked.Increment(ref open);
                try
                {
                    while (await stream.ReadAsync(buffer, end.Token) is > 0 and var read)
                        Interlocked.Add(ref bytes, read);
                }
                finally
                {
                    Interlocked.Decrement(ref open);
                }
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
            {
                await Task.Delay(Again, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
