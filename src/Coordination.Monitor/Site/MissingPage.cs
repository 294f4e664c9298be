namespace Coordination.Monitor;

/// <summary>What is served where the library was built without Node.</summary>
internal static class MissingPage
{
    public const string Text = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Coordination: the page was not built</title></head>
        <body>
        <h1>The page was not built</h1>
        <p>This build of Coordination.Monitor has no web page: there was no Node.js (20 or later, with npm) when it was built, or it was built with
        <code>-p:SkipWeb=true</code>. The API works: <a href="api/v1/me">api/v1/me</a>.</p>
        <p>Install Node.js and build again: <code>dotnet build src/Coordination.Monitor -c Release</code>.</p>
        </body>
        </html>
        """;
}
