using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Coordination.Testing;

/// <summary>
/// Stands between a client and a server on this machine and misbehaves on demand: cuts connections, refuses new ones,
/// holds all bytes back (a half-open connection), delays them, or cuts at a text.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly (string Host, int Port) target;
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentDictionary<Socket, Socket> pairs = new();
    private readonly Task accepting;
    private volatile TaskCompletionSource flowing = Flowing();
    private volatile TaskCompletionSource answering = Flowing();
    private readonly Trap request = new();
    private readonly Trap answer = new();
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
    public void Pause() => flowing = Closed();

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

    /// <summary>
    /// For this long what clients send goes through and what the server answers does not; then all connections are reset: the server has done what the
    /// clients will never hear of.
    /// </summary>
    public async Task LoseAnswersAsync(TimeSpan duration)
    {
        answering = Closed();
        try
        {
            await Task.Delay(duration, ending.Token);
        }
        finally
        {
            CutOnce();
            answering.TrySetResult();
        }
    }

    public void Mend() => refusing = false;

    /// <summary>How often <see cref="CutAtRequest"/> and <see cref="CutAtAnswer"/> have struck.</summary>
    public int Struck => request.Struck + answer.Struck;

    /// <summary>The next times a block from the client holds this text, it is not passed on and its connection is reset.</summary>
    public void CutAtRequest(string text, int times = 1) => request.Set(text, "", times);

    /// <summary>
    /// The next times a block from the client holds this text, it is passed on, and the first block of the server after it that holds the other text is not: the
    /// connection is reset instead. What was asked for is done, and the client does not know.
    /// </summary>
    public void CutAtAnswer(string text, string answered, int times = 1) => answer.Set(text, answered, times);

    /// <summary>The same address with this proxy's port.</summary>
    public Uri Through(Uri direct) => new UriBuilder(direct) { Host = "127.0.0.1", Port = Port }.Uri;

    private bool ended;

    /// <summary>Closes the listener and every connection. A second call does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (ended)
            return;
        ended = true;
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
            var asked = new StrongBox<bool>();
            await Task.WhenAny(
                CopyAsync(client, server, answers: false, block => request.Strikes(block) || answer.Notes(block, asked)),
                CopyAsync(server, client, answers: true, block => answer.Answers(block, asked))
            );
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Either side went away: both are closed below.
        }
        pairs.TryRemove(client, out _);
        Reset(client);
        Reset(server);
    }

    private async Task CopyAsync(Socket from, Socket to, bool answers, Func<ReadOnlyMemory<byte>, bool> ends)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, ending.Token) is > 0 and var count)
            {
                if (ends(buffer.AsMemory(0, count)))
                    return;
                await flowing.Task.WaitAsync(ending.Token);
                if (answers)
                    await answering.Task.WaitAsync(ending.Token);
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

    /// <summary>A text that ends the connection it shows up in, a number of times.</summary>
    private sealed class Trap
    {
        private readonly Lock turn = new();
        private byte[] text = [];
        private byte[] answered = [];
        private int left;
        private int struck;

        public int Struck => Volatile.Read(ref struck);

        public void Set(string wanted, string after, int times)
        {
            lock (turn)
                (text, answered, left) = (Encoding.Latin1.GetBytes(wanted), Encoding.Latin1.GetBytes(after), times);
        }

        public bool Strikes(ReadOnlyMemory<byte> block)
        {
            lock (turn)
            {
                if (left == 0 || block.Span.IndexOf(text) < 0)
                    return false;
                left--;
                struck++;
                return true;
            }
        }

        /// <summary>Notes that the connection has asked; always false.</summary>
        public bool Notes(ReadOnlyMemory<byte> block, StrongBox<bool> asked)
        {
            lock (turn)
            {
                if (left > 0 && !asked.Value && block.Span.IndexOf(text) >= 0)
                {
                    left--;
                    asked.Value = true;
                }

                return false;
            }
        }

        public bool Answers(ReadOnlyMemory<byte> block, StrongBox<bool> asked)
        {
            lock (turn)
            {
                if (!asked.Value || block.Span.IndexOf(answered) < 0)
                    return false;
                struck++;
                return true;
            }
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

    private static TaskCompletionSource Closed() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource Flowing()
    {
        var open = Closed();
        open.SetResult();
        return open;
    }
}
