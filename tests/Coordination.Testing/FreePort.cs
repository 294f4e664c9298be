using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Coordination.Testing;

/// <summary>Finds free TCP ports of 127.0.0.1 that stay usable while a server is down.</summary>
public static class FreePort
{
    // Below Linux's range for outgoing connections (32768 and up): there a client that keeps trying to reach a stopped
    // server can be given the server's own port and connect to itself, and the server could not come back.
    private const int First = 20_000,
        Last = 31_999;

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    public static int Next()
    {
        for (var tries = 0; tries < 1000; tries++)
        {
            var port = Random.Shared.Next(First, Last);
            if (IsFree(port) && Given.TryAdd(port, value: true))
                return port;
        }
        throw new InvalidOperationException($"Found no free TCP port between {First} and {Last} in 1000 tries.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
