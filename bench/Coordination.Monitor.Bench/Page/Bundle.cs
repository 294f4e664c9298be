using System.IO.Compression;
using System.Text.RegularExpressions;

namespace Coordination.Monitor.Bench.Page;

/// <summary>The page's JavaScript as the monitor serves it: what every page loads first, and the largest of what a route adds.</summary>
internal sealed partial record Bundle(double InitialKb, string LargestRoute, double LargestRouteKb)
{
    public static async Task<Bundle> ReadAsync(Uri monitor)
    {
        using var http = new HttpClient { BaseAddress = monitor };
        var page = await http.GetStringAsync(new Uri("", UriKind.Relative));
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var waiting = new Queue<string>(Name().Matches(page).Select(match => match.Value));
        var initial = waiting.ToHashSet(StringComparer.Ordinal);
        while (waiting.TryDequeue(out var name))
        {
            if (files.ContainsKey(name))
                continue;
            var text = files[name] = await http.GetStringAsync(new Uri($"assets/{name}", UriKind.Relative));
            foreach (Match match in Name().Matches(text))
                waiting.Enqueue(match.Value);
        }
        // What the first ones import, import, import.
        for (var before = 0; before < initial.Count; )
        {
            before = initial.Count;
            foreach (var name in initial.ToList())
                initial.UnionWith(Import().Matches(files[name]).Select(match => match.Groups["name"].Value));
        }
        var largest = files
            .Where(file => !initial.Contains(file.Key) && !file.Key.StartsWith("worker-", StringComparison.Ordinal))
            .Select(file => (Name: file.Key, Kb: Compressed(file.Value)))
            .MaxBy(file => file.Kb);
        return new Bundle(initial.Sum(name => Compressed(files[name])), largest.Name, largest.Kb);
    }

    private static double Compressed(string text)
    {
        using var small = new MemoryStream();
        using (var gzip = new GZipStream(small, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(System.Text.Encoding.UTF8.GetBytes(text));
        return small.Length / 1000.0;
    }

    [GeneratedRegex(@"[\w.-]+-[\w-]{8}\.js", RegexOptions.None, 5_000)]
    private static partial Regex Name();

    [GeneratedRegex(@"(?:from|import)\s*[""']\./(?<name>[\w.-]+-[\w-]{8}\.js)[""']", RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Import();
}
