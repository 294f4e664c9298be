using System.Net;
using System.Text.Json;

namespace Coordination.Host.Tests.SignIn;

/// <summary>A browser as far as signing in needs one: it keeps cookies and follows from one site to the other.</summary>
internal sealed class Visitor : IDisposable
{
    private const int MostRedirects = 10;
    private readonly CookieContainer cookies = new();
    private readonly HttpClient http;

    public Visitor(string monitor) =>
        http = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(monitor),
        };

    /// <summary>Every address it was sent to.</summary>
    public List<Uri> Way { get; } = [];

    /// <summary>Every cookie it was given, as it was written.</summary>
    public List<string> Given { get; } = [];

    public bool IsSignedIn => cookies.GetAllCookies().Any(cookie => cookie.Name.StartsWith("coordination", StringComparison.Ordinal));

    /// <summary>Opens a page and follows until there is one.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string address)
    {
        var answer = await GetAsync(new Uri(http.BaseAddress!, address));
        for (var times = 0; times < MostRedirects && answer.StatusCode == HttpStatusCode.Redirect; times++)
        {
            var next = new Uri(answer.RequestMessage!.RequestUri!, answer.Headers.Location!);
            answer.Dispose();
            answer = await GetAsync(next);
        }
        return answer;
    }

    public async Task<HttpStatusCode> StatusAsync(string address, string site = "same-origin")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Sec-Fetch-Site", site);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    public async Task<JsonElement> MeAsync() =>
        JsonSerializer.Deserialize<JsonElement>(
            await http.GetStringAsync(new Uri("/coordination/api/v1/me", UriKind.Relative), TestContext.Current.CancellationToken)
        );

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> GetAsync(Uri address)
    {
        Way.Add(address);
        var answer = await http.GetAsync(address, TestContext.Current.CancellationToken);
        if (answer.Headers.TryGetValues("Set-Cookie", out var given))
            Given.AddRange(given);
        return answer;
    }
}
