using System.Diagnostics;

namespace Coordination.Monitor.Bench;

/// <summary>First pages of many filters through the API.</summary>
internal static class Measure
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

    public static async Task PagesAsync(HttpClient http, int rounds)
    {
        foreach (
            var what in new[]
            {
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
            }
        )
        {
            var all = new List<(string Query, double Ms)>();
            // The first round fills caches and connections.
            for (var round = 0; round <= rounds; round++)
            {
                foreach (var query in Queries)
                {
                    var clock = Stopwatch.GetTimestamp();
                    using var answer = await http.GetAsync($"{what}{(what.Contains('?') ? '&' : '?')}q={Uri.EscapeDataString(query)}");
                    await answer.Content.ReadAsByteArrayAsync();
                    answer.EnsureSuccessStatusCode();
                    if (round > 0)
                        all.Add((query, Stopwatch.GetElapsedTime(clock).TotalMilliseconds));
                }
            }
            var sorted = all.Select(one => one.Ms).Order().ToList();
            Console.WriteLine(
                $"{what}: {Queries.Length} filters x {rounds}: p50 {sorted[sorted.Count / 2]:0.0} ms, p95 {sorted[(int)(sorted.Count * 0.95)]:0.0} ms, worst {sorted[^1]:0.0} ms"
            );
            foreach (
                var slow in all.GroupBy(one => one.Query)
                    .Select(group => (group.Key, Ms: group.Average(one => one.Ms)))
                    .OrderByDescending(one => one.Ms)
                    .Take(6)
            )
                Console.WriteLine($"    {slow.Ms, 7:0.0} ms  {slow.Key}");
        }
    }
}
