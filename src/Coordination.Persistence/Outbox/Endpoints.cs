namespace Coordination.Persistence;

/// <summary>Endpoint names taken from transport addresses.</summary>
internal static class Endpoints
{
    /// <summary>The last part of an address: <c>agent-refund</c> of <c>exchange:agent-refund</c> or <c>rabbitmq://host/vhost/agent-refund?durable=true</c>.</summary>
    public static string Of(string destination)
    {
        var address = destination.AsSpan();
        var query = address.IndexOf('?');
        if (query >= 0)
        {
            address = address[..query];
        }

        return address[(address.LastIndexOfAny(':', '/') + 1)..].ToString();
    }
}
