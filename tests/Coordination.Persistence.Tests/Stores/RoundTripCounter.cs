using System.Net;
using System.Net.Sockets;

namespace Coordination.Persistence.Tests;

/// <summary>Stands between a client and its server and counts round trips: times that the client speaks after the server has answered.</summary>
internal sealed class RoundTripCounter : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly (string Host, int Port) target;
    private int count;

    public RoundTripCounter(string host, int port)
    {
        target = (host, port);
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async Task<int> CountAsync(Func<Task> work)
    {
        Interlocked.Exchange(ref count, 0);
        await work();
        return Volatile.Read(ref count);
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Dispose();
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(ending.Token));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test has ended.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        await server.ConnectAsync(target.Host, target.Port, ending.Token);
        var answered = true;
        await Task.WhenAny(
            CopyAsync(
                client.GetStream(),
                server.GetStream(),
                () =>
                {
                    if (answered)
                    {
                        answered = false;
                        Interlocked.Increment(ref count);
                    }
                }
            ),
            CopyAsync(server.GetStream(), client.GetStream(), () => answered = true)
        );
        client.Dispose();
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, Action passed)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, ending.Token) is > 0 and var length)
            {
                passed();
                await to.WriteAsync(buffer.AsMemory(0, length), ending.Token);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One side has ended.
        }
    }
}
