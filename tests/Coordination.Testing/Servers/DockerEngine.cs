using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Docker.DotNet.Models;

namespace Coordination.Testing;

/// <summary>What Testcontainers has no call for: is an engine there at all, killing a container, and which process it is.</summary>
internal static class DockerEngine
{
    private static readonly Lazy<HttpClient> Http = new(Connect);

    public static async Task<bool> AnswersAsync(CancellationToken ct)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(TimeSpan.FromSeconds(5));
            using var answer = await Http.Value.GetAsync(new Uri("_ping", UriKind.Relative), limit.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or OperationCanceledException)
        {
            ct.ThrowIfCancellationRequested();
            return false;
        }
    }

    public static async Task KillAsync(string containerId, CancellationToken ct)
    {
        using var answer = await Http.Value.PostAsync(
            new Uri($"containers/{containerId}/kill?signal=KILL", UriKind.Relative),
            content: null,
            ct
        );
        answer.EnsureSuccessStatusCode();
    }

    public static async Task<int?> ProcessIdAsync(string containerId, CancellationToken ct)
    {
        var answer = await Http.Value.GetFromJsonAsync<JsonElement>(new Uri($"containers/{containerId}/json", UriKind.Relative), ct);
        var pid = answer.GetProperty("State").GetProperty("Pid").GetInt32();
        return Directory.Exists($"/proc/{pid}") ? pid : null;
    }

    /// <summary>Lets a container listen on this machine's own ports.</summary>
    public static void UseHostNetwork(CreateContainerParameters container)
    {
        container.HostConfig ??= new HostConfig();
        container.HostConfig.NetworkMode = "host";
    }

    private static HttpClient Connect()
    {
        var address = Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host ? host : "unix:///var/run/docker.sock";
        if (address.StartsWith("tcp://", StringComparison.Ordinal))
            return new HttpClient { BaseAddress = new Uri("http://" + address["tcp://".Length..] + "/") };
        var socketPath = new Uri(address).AbsolutePath;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, ct) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), ct);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri("http://docker/") };
    }
}
