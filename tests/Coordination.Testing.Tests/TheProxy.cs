using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Coordination.Testing.Tests;

public sealed class TheProxy : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly TcpListener server = new(IPAddress.Loopback, 0);
    private readonly TcpProxy proxy;
    private int echoed;

    public TheProxy()
    {
        server.Start();
        _ = EchoAsync();
        proxy = new TcpProxy("127.0.0.1", ((IPEndPoint)server.LocalEndpoint).Port);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await proxy.DisposeAsync();
        server.Dispose();
    }

    [Fact]
    public async Task Passes_bytes_both_ways()
    {
        using var client = await ConnectAsync();

        await client.GetStream().WriteAsync(new byte[] { 7 }, Ct);

        (await ReadAsync(client)).ShouldBe(7);
    }

    [Fact]
    public async Task Holds_bytes_back_while_paused_and_loses_none()
    {
        using var client = await ConnectAsync();
        proxy.Pause();

        await client.GetStream().WriteAsync(new byte[] { 7 }, Ct);
        var answer = ReadAsync(client);
        await Eventually.Until(() => proxy.Connections == 1, Limit, "the proxy to serve the connection", Ct);
        answer.IsCompleted.ShouldBeFalse();
        proxy.Resume();

        (await answer).ShouldBe(7);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Cuts_at_a_text_before_it_was_asked_or_before_it_was_answered(bool atRequest, int arrived)
    {
        using var client = await ConnectAsync();
        if (atRequest)
            proxy.CutAtRequest("xyz");
        else
            proxy.CutAtAnswer("xyz", "yz");

        await client.GetStream().WriteAsync("abc"u8.ToArray(), Ct);
        (await ReadAsync(client)).ShouldBe('a');
        var before = Volatile.Read(ref echoed);
        await client.GetStream().WriteAsync("..xyz.."u8.ToArray(), Ct);

        await Eventually.Until(() => proxy.Struck == 1, Limit, "the cut", Ct);
        await Should.ThrowAsync<IOException>(async () =>
        {
            var rest = new byte[64];
            while (await client.GetStream().ReadAsync(rest, Ct) > 0) { }
            throw new EndOfStreamException();
        });
        (Volatile.Read(ref echoed) - before).ShouldBe(arrived);
    }

    [Fact]
    public async Task Delays_each_direction()
    {
        using var client = await ConnectAsync();
        proxy.Delay = TimeSpan.FromMilliseconds(60);
        var clock = Stopwatch.StartNew();

        await client.GetStream().WriteAsync(new byte[] { 7 }, Ct);
        await ReadAsync(client);

        clock.Elapsed.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(115));
    }

    [Fact]
    public async Task Cuts_what_is_open_and_refuses_what_is_new_until_mended()
    {
        using var client = await ConnectAsync();
        await client.GetStream().WriteAsync(new byte[] { 7 }, Ct);
        await ReadAsync(client);

        proxy.Cut();

        await Should.ThrowAsync<IOException>(() => ReadAsync(client));
        await Should.ThrowAsync<Exception>(async () =>
        {
            using var refused = await ConnectAsync();
            await refused.GetStream().WriteAsync(new byte[] { 7 }, Ct);
            (await ReadAsync(refused)).ShouldBe(7);
        });
        proxy.Mend();
        using var again = await ConnectAsync();
        await again.GetStream().WriteAsync(new byte[] { 8 }, Ct);
        (await ReadAsync(again)).ShouldBe(8);
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy.Port, Ct);
        return client;
    }

    /// <summary>The next byte; -1 when the other side closed in good order.</summary>
    private static async Task<int> ReadAsync(TcpClient client)
    {
        var one = new byte[1];
        return await client.GetStream().ReadAsync(one, Ct).AsTask().WaitAsync(Limit, Ct) == 0 ? -1 : one[0];
    }

    private async Task EchoAsync()
    {
        while (true)
        {
            try
            {
                var peer = await server.AcceptTcpClientAsync();
                _ = EchoAsync(peer.GetStream());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task EchoAsync(NetworkStream stream)
    {
        var buffer = new byte[1024];
        while (await stream.ReadAsync(buffer) is > 0 and var count)
        {
            Interlocked.Increment(ref echoed);
            await stream.WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
