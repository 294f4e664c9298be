namespace Coordination.Persistence;

/// <summary>A broker address in parts: <c>amqp[s]://user:password@host[:port][,host[:port]...][/vhost]</c>.</summary>
public sealed record BrokerAddress(
    string Host,
    ushort Port,
    string VirtualHost,
    string User,
    string Password,
    bool Tls,
    IReadOnlyList<string> Nodes
)
{
    /// <exception cref="FormatException">The address is missing or malformed; the message shows the expected form, never the password.</exception>
    public static BrokerAddress Parse(string? address)
    {
        if (string.IsNullOrWhiteSpace(address))
        {
            throw Malformed("it is empty");
        }

        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        var tls =
            address.StartsWith("amqps://", StringComparison.OrdinalIgnoreCase)
            || address.StartsWith("rabbitmqs://", StringComparison.OrdinalIgnoreCase);
        if (
            scheme < 0
            || !(
                tls
                || address.StartsWith("amqp://", StringComparison.OrdinalIgnoreCase)
                || address.StartsWith("rabbitmq://", StringComparison.OrdinalIgnoreCase)
            )
        )
        {
            throw Malformed("it does not begin with amqp:// or amqps://");
        }

        var rest = address[(scheme + 3)..];
        var at = rest.LastIndexOf('@');
        var (user, password) = at < 0 ? ("guest", "guest") : Credentials(rest[..at]);
        var place = rest[(at + 1)..];
        var slash = place.IndexOf('/', StringComparison.Ordinal);
        var virtualHost = slash < 0 || slash == place.Length - 1 ? "/" : Uri.UnescapeDataString(place[(slash + 1)..]);
        var nodes = (slash < 0 ? place : place[..slash]).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (nodes.Length == 0)
        {
            throw Malformed("it names no host");
        }

        var standardPort = tls ? "5671" : "5672";
        var withPorts = nodes.Select(node => node.Contains(':', StringComparison.Ordinal) ? node : $"{node}:{standardPort}").ToList();
        var colon = withPorts[0].LastIndexOf(':');
        if (!ushort.TryParse(withPorts[0][(colon + 1)..], out var port))
        {
            throw Malformed($"'{withPorts[0][(colon + 1)..]}' is no port");
        }

        return new BrokerAddress(withPorts[0][..colon], port, virtualHost, user, password, tls, withPorts);
    }

    /// <summary>The address without the password.</summary>
    public override string ToString() =>
        $"{(Tls ? "amqps" : "amqp")}://{User}@{string.Join(',', Nodes)}/{(VirtualHost == "/" ? "" : VirtualHost)}";

    private static (string User, string Password) Credentials(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? (Uri.UnescapeDataString(text), "")
            : (Uri.UnescapeDataString(text[..colon]), Uri.UnescapeDataString(text[(colon + 1)..]));
    }

    private static FormatException Malformed(string why) =>
        new(
            $"The broker address is not valid: {why}. Expected amqp://user:password@host:5672/vhost (setting Coordination:Broker or --broker)."
        );
}
