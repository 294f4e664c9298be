using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Coordination.Testing;

/// <summary>
/// Stands between a client and a server on this machine and misbehaves on demand: cuts connections, refuses new ones,
/// holds all bytes back (a half-open connection), or delays them.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly (string Host, int Port) target;
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentDictionary<Socket, Socket> pairs = new();
    private readonly Task accepting;
    private volatile TaskCompletionSource flowing = Flowing();
    private volatile bool refusing;
    private long delayTicks;

    /// <summary>Listens on a free port of 127.0.0.1 and forwards to the target.</summary>
    public TcpProxy(string host, int port)
    {
        target = (host, port);
        listener = new TcpListener(IPAddress.Loopback, FreePort.Next());
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Connections that are open now.</summary>
    public int Connections => pairs.Count;

    /// <summary>Each block of bytes arrives this much later, in each direction.</summary>
    public TimeSpan Delay
    {
        get => new(Interlocked.Read(ref delayTicks));
        set => Interlocked.Exchange(ref delayTicks, value.Ticks);
    }

    /// <summary>Connections stay open and nothing flows, until <see cref="Resume"/>: neither side is told.</summary>
    public void Pause() => flowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => flowing.TrySetResult();

    /// <summary>Resets all connections; new ones are refused until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        refusing = true;
        CutOnce();
    }

    /// <summary>Resets all connections that are open now; new ones are accepted.</summary>
    public void CutOnce()
    {
        foreach (var (client, server) in pairs)
        {
            Reset(client);
            Reset(server);
        }
    }

    public void Mend() => refusing = false;

    /// <summary>The same address with this proxy's port.</summary>
    public Uri Through(Uri direct) => new UriBuilder(direct) { Host = "127.0.0.1", Port = Port }.Uri;

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        Resume();
        listener.Dispose();
        CutOnce();
        await accepting;
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptSocketAsync(ending.Token);
                if (refusing)
                    Reset(client);
                else
                    _ = ServeAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // The proxy is being disposed, or one client gave up while it connected: only the first ends the loop.
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        pairs[client] = server;
        try
        {
            await server.ConnectAsync(target.Host, target.Port, ending.Token);
            await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Either side went away: both are closed below.
        }
        pairs.TryRemove(client, out _);
        Reset(client);
        Reset(server);
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, ending.Token) is > 0 and var count)
            {
                await flowing.Task.WaitAsync(ending.Token);
                if (Delay > TimeSpan.Zero)
                    await Task.Delay(Delay, ending.Token);
                await to.SendAsync(buffer.AsMemory(0, count), ending.Token);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // ServeAsync closes both sides.
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }
        socket.Dispose();
    }

    private static TaskCompletionSource Flowing()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        open.SetResult();
        return open;
    }
}
