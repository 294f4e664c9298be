namespace Coordination.Monitor;

/// <summary>
/// Keeps pages of other sites from acting with a visitor's sign-in: a change needs a header that no form can send and that a script of another origin may not
/// send without being asked for, and where the browser says which site asks, it has to be this one.
/// </summary>
internal static class SameSite
{
    /// <summary>Sent by everything that changes something.</summary>
    public const string Header = "X-Coordination";

    /// <summary>Sent by the page: tells it from other programs in the audit.</summary>
    public const string PageHeader = "Sec-Fetch-Site";

    /// <summary>What speaks against the request; null: nothing does.</summary>
    public static string? Fault(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return null;
        if (!request.Headers.ContainsKey(Header))
            return $"Send the header {Header}: 1 with every change; it keeps pages of other sites from making it in your name.";
        if (request.Headers[PageHeader].ToString() is { Length: > 0 } site && site is not ("same-origin" or "none"))
            return $"The request comes from another site ({site}).";
        if (
            request.Headers.Origin.ToString() is { Length: > 0 } origin
            && !(
                Uri.TryCreate(origin, UriKind.Absolute, out var from)
                && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
                // Behind a proxy this server may not know that the page came by https; that a page of http acts on https it does know.
                && (from.Scheme == request.Scheme || from.Scheme == Uri.UriSchemeHttps)
            )
        )
            return $"The request comes from {origin}, this is {request.Host}.";
        return null;
    }
}
