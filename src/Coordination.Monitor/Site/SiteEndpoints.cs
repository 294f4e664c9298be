using System.Collections.Frozen;
using System.IO.Compression;
using System.Net;
using System.Reflection;
using System.Text;

namespace Coordination.Monitor;

/// <summary>Serves the page: files compressed when the library was built, found by name, one page for every route.</summary>
internal static class SiteEndpoints
{
    private const string Resources = "web/";
    private static readonly Assembly Here = typeof(SiteEndpoints).Assembly;

    private static readonly FrozenDictionary<string, string> Files = Here.GetManifestResourceNames()
        .Where(name => name.StartsWith(Resources, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Resources.Length..^3], name => name, StringComparer.Ordinal);

    public static void MapSite(this RouteGroupBuilder all)
    {
        all.MapGet("/assets/{*file}", (string file, HttpContext context) => Asset(context, $"assets/{file}")).ExcludeFromDescription();
        all.MapGet("/api/{**rest}", (string? rest) => Refusal.NotFound($"There is no /api/{rest}")).ExcludeFromDescription();
        all.MapGet("/{**route}", (Delegate)PageAsync).ExcludeFromDescription();
    }

    private static IResult Asset(HttpContext context, string file)
    {
        if (!Files.TryGetValue(file, out var resource))
            return Refusal.NotFound($"There is no file {file}");
        // The name changes with the content.
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        context.Response.Headers.Vary = "Accept-Encoding";
        var content = Here.GetManifestResourceStream(resource)!;
        if (Accepts(context.Request, "br"))
        {
            context.Response.Headers.ContentEncoding = "br";
            return Results.Stream(content, TypeOf(file));
        }
        return Results.Stream(new BrotliStream(content, CompressionMode.Decompress), TypeOf(file));
    }

    private static async Task<IResult> PageAsync(HttpContext context)
    {
        if (context.RequestServices.GetRequiredService<Admission>().Admit(context) is null)
            return Refusal.Of(
                HttpStatusCode.Forbidden,
                "LOCAL_ONLY",
                "This monitor serves its own machine only",
                "No authorization policy is set."
            );
        var prefix = $"{context.Request.PathBase}{Prefix(context)}/";
        if (!Files.TryGetValue("index.html", out var resource))
            return Results.Text(MissingPage.Text, "text/html", Encoding.UTF8, StatusCodes.Status501NotImplemented);
        await using var content = new BrotliStream(Here.GetManifestResourceStream(resource)!, CompressionMode.Decompress);
        using var reader = new StreamReader(content, Encoding.UTF8);
        var page = (await reader.ReadToEndAsync(context.RequestAborted)).Replace(
            "/__BASE__/",
            WebUtility.HtmlEncode(prefix),
            StringComparison.Ordinal
        );
        return Results.Text(page, "text/html", Encoding.UTF8);
    }

    // The pattern is "{prefix}/{**route}": what comes before the route is where the monitor was mapped.
    private static string Prefix(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var route = context.Request.RouteValues["route"]?.ToString() ?? "";
        return route.Length == 0 ? path.TrimEnd('/') : path[..^route.Length].TrimEnd('/');
    }

    private static bool Accepts(HttpRequest request, string encoding) =>
        request.Headers.AcceptEncoding.ToString().Split(',').Any(one => one.Split(';')[0].Trim() == encoding);

    private static string TypeOf(string file) =>
        Path.GetExtension(file) switch
        {
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".json" => "application/json",
            ".png" => "image/png",
            _ => "application/octet-stream",
        };
}
