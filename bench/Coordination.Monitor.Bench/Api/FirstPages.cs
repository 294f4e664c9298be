using System.Diagnostics;
using System.Globalization;
using Coordination.Bench.Measuring;
using Coordination.Bench.Report;
using Coordination.Monitor.Bench.Report;

namespace Coordination.Monitor.Bench.Api;

/// <summary>First pages of many filters, in every order, and what is counted beside them, asked of the API one after the other.</summary>
internal static class FirstPages
{
    private static readonly string[] Queries =
    [
        "",
        "status:running",
        "status:failed",
        "status:completed",
        "status:failed,cancelled,expired",
        "-status:completed",
        "status:compensating",
        "name:refund",
        "name:refund,incident",
        "-name:refund",
        "requester:team-7",
        "requester:team-7 name:refund",
        "requester:team-7 status:failed",
        "tenant:acme",
        "tenant:acme status:failed",
        "agent:coder",
        "agent:coder status:failed",
        "agent:scanner -status:completed",
        "reason:PROVIDER_LIMIT",
        "reason:IN_DOUBT tenant:acme",
        "reason:CANCELLED requester:team-3",
        "step:code",
        "scope:\"order 3000\"",
        "scope:\"order 999999\"",
        "id:a1b2",
        "id:00",
        "id:…9a43de",
        "id:0099ff…a43d",
        "9a43de",
        "9a43de -status:running",
        "status:voting",
        "status:retrying,stuck",
        "-status:waiting",
        "about:\"order 3000\"",
        "waits:person",
        "waits:worker",
        "waits:person agent:writer",
        "started:>-1h",
        "started:>-7d status:failed",
        "started:<-80d status:failed",
        "started:<-80d",
        "ended:>-1d",
        "ended:<-85d",
        "updated:<-89d",
        "duration:>890s",
        "duration:<3s",
        "retries:>0",
        "retries:>0 status:failed",
        "cost:>2.9",
        "cost:>2.99 status:failed",
        "cost:<0.01",
        "tokens:>22k",
        "indoubt:yes",
        "stuck:yes",
        "stuck:no",
        "lease",
        "\"lease timeout\"",
        "\"card was refused\" tenant:acme",
        "timeout provider",
        "sca",
        "refund team",
        "order",
        "\"order 123456\"",
        "nothing-has-this-word",
        "name:refund cost:>2.5 started:<-30d",
        "status:failed -reason:NON_RETRYABLE -name:refund",
        "agent:coder,writer \"rate limit\" started:>-30d",
    ];

    private static readonly string[] Asked =
    [
        "runs",
        "runs?sort=-duration",
        "runs?sort=-cost",
        "runs?sort=-updated",
        "runs?sort=started",
        "runs?sort=duration",
        "runs?sort=cost",
        "runs?sort=updated",
        "runs/count",
        "runs/facets",
    ];

    /// <returns>A table of what was asked.</returns>
    public static async Task<string> MeasureAsync(string database, int rounds, Figures figures, TextWriter progress)
    {
        await using var monitor = new MonitorProcess(database);
        await monitor.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(monitor.Address, "api/v1/"), Timeout = TimeSpan.FromMinutes(2) };
        var table = new MarkdownTable("asked", "p50 ms>", "p95 ms>", "p99 ms>", "slowest ms>", "slowest filter");
        foreach (var what in Asked)
        {
            List<(string Query, double Ms)> all = [];
            // The first round fills caches and connections.
            for (var round = 0; round <= rounds; round++)
            {
                foreach (var query in Queries)
                {
                    var clock = Stopwatch.GetTimestamp();
                    using var answer = await http.GetAsync(
                        new Uri($"{what}{(what.Contains('?') ? '&' : '?')}q={Uri.EscapeDataString(query)}", UriKind.Relative)
                    );
                    await answer.Content.ReadAsByteArrayAsync();
                    answer.EnsureSuccessStatusCode();
                    if (round > 0)
                        all.Add((query, Stopwatch.GetElapsedTime(clock).TotalMilliseconds));
                }
            }
            double[] sorted = [.. all.Select(one => one.Ms).Order()];
            var slow = all.GroupBy(one => one.Query, StringComparer.Ordinal).MaxBy(group => group.Average(one => one.Ms))!.Key;
            table.Add(what, Of(sorted, 0.5), Of(sorted, 0.95), Of(sorted, 0.99), Of(sorted, 1), $"`{slow}`");
            await progress.WriteLineAsync($"{what}: {Queries.Length} filters × {rounds}");
            if (!what.Contains('/'))
                figures.AtMost($"{what}: first page of {Queries.Length} filters, p95", Percentile.Of(sorted, 0.95), 100, "ms");
        }
        return table.ToString();
    }

    private static string Of(double[] sorted, double share) => Percentile.Of(sorted, share).ToString("0.0", CultureInfo.InvariantCulture);
}
