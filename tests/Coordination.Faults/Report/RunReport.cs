using System.Diagnostics;
using System.Text.Json;
using Coordination.Faults.Checker;

namespace Coordination.Faults.Report;

/// <summary>What a run showed, as it is written to report.json and report.html.</summary>
public sealed record RunReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required SuiteSettings Settings { get; init; }
    public required string Commit { get; init; }
    public required DateTimeOffset Started { get; init; }
    public required double Seconds { get; init; }

    /// <summary>Why the run proves nothing; empty: it counts.</summary>
    public required IReadOnlyList<string> Void { get; init; }
    public required IReadOnlyList<Violation> Violations { get; init; }
    public required IReadOnlyDictionary<string, long> Accounting { get; init; }
    public required IReadOnlyDictionary<string, long> RunsByKindAndStatus { get; init; }
    public required Histogram Latency { get; init; }
    public required Histogram Recovery { get; init; }
    public required IReadOnlyList<FaultRecord> Faults { get; init; }
    public required string Folder { get; init; }

    public static RunReport Of(
        SuiteSettings settings,
        DateTimeOffset started,
        Evidence evidence,
        IReadOnlyList<Violation> violations,
        IReadOnlyList<string> reasons,
        string folder
    )
    {
        var status = evidence.Runs.GroupBy(run => run.RunId).ToDictionary(runs => runs.Key, runs => runs.First().Status);
        return new RunReport
        {
            Settings = settings,
            Commit = CommitOf(folder),
            Started = started,
            Seconds = (TimeProvider.System.GetUtcNow() - started).TotalSeconds,
            Void = reasons,
            Violations = violations,
            Accounting = AccountingOf(evidence),
            RunsByKindAndStatus = evidence
                .Submissions.CountBy(one => $"{one.Kind}: {status.GetValueOrDefault(one.RunId, "not there")} ({one.Outcome})")
                .OrderBy(one => one.Key, StringComparer.Ordinal)
                .ToDictionary(one => one.Key, one => (long)one.Value),
            Latency = Histogram.Of(
                evidence.Submissions.Where(one => one is { Outcome: "ok", Took: not null }).Select(one => one.Took!.Value)
            ),
            Recovery = Histogram.Of(evidence.Faults.Where(fault => fault.Recovery is not null).Select(fault => fault.Recovery!.Value)),
            Faults = evidence.Faults,
            Folder = folder,
        };
    }

    public async Task WriteAsync(CancellationToken ct)
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "report.json"), JsonSerializer.Serialize(this, Json), ct);
        await File.WriteAllTextAsync(Path.Combine(Folder, "report.html"), HtmlPage.Of(this), ct);
    }

    /// <summary>The first violations, for the message of a failed test.</summary>
    public string Summary() =>
        string.Join('\n', Void.Concat(Violations.Take(40).Select(violation => $"{violation.Invariant}: {violation.What}")))
        + $"\n{Violations.Count} violations in all; {Path.Combine(Folder, "report.html")}";

    private static Dictionary<string, long> AccountingOf(Evidence evidence)
    {
        var handled = evidence.Handled.Select(row => row.MessageId).ToHashSet();
        return new Dictionary<string, long>
        {
            ["submissions: ok"] = evidence.Submissions.Count(one => one.Outcome == "ok"),
            ["submissions: unknown"] = evidence.Submissions.Count(one => one.Outcome == "unknown"),
            ["submissions: failed"] = evidence.Submissions.Count(one => one.Outcome == "failed"),
            ["runs"] = evidence.Runs.Count,
            ["runs: ended"] = evidence.Runs.Count(run => run.IsTerminal),
            ["messages stored"] = evidence.Stored.Count,
            ["messages stored for queues"] = evidence.Stored.Count(message => message.Mandatory),
            ["messages handled"] = handled.Count,
            ["timers taken back"] = evidence.Stored.Count(message => message.Timer && !handled.Contains(message.MessageId)),
            ["messages gone with their deleted queue"] = Messages.CountGoneWithTheirQueue(evidence),
            ["messages parked"] = evidence.Parked.Count,
            ["messages in the outbox at rest"] = evidence.Pending,
            ["messages in queues at rest"] = evidence.Queues.Sum(queue => queue.Messages),
            ["effects"] = evidence.Effects.Count,
            ["effect calls"] = evidence.Calls.Count,
            ["effect calls that repeat an attempt"] = Effects.CountRepeats(evidence),
            ["steps in doubt"] = Effects.CountInDoubt(evidence),
            ["ordered messages sent"] = evidence.Sent.Count,
            ["ordered messages applied"] = evidence.Applied.Count,
            ["claims"] = evidence.Claims.Select(change => change.ClaimId).Distinct().Count(),
            ["claims taken over"] = evidence.Claims.Where(change => change.Epoch > 1).Select(change => change.ClaimId).Distinct().Count(),
            ["faults: targeted"] = evidence.Faults.Count(fault => fault.Class.StartsWith("at ", StringComparison.Ordinal)),
            ["faults: random"] = evidence.Faults.Count(fault => !fault.Class.StartsWith("at ", StringComparison.Ordinal)),
            ["milliseconds to rest"] = (long)(evidence.Settled?.TotalMilliseconds ?? -1),
        };
    }

    internal static string CommitOf(string folder)
    {
        try
        {
            using var git = Process.Start(
                new ProcessStartInfo("git", ["-C", folder, "rev-parse", "HEAD"])
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            return git.StandardOutput.ReadToEnd().Trim() is { Length: > 0 } commit ? commit : "unknown";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }
}

/// <summary>Times, counted in buckets of doubling width.</summary>
public sealed record Histogram
{
    public required int Count { get; init; }
    public required double P50Ms { get; init; }
    public required double P99Ms { get; init; }
    public required double MaxMs { get; init; }

    /// <summary>Upper bound in milliseconds, and how many are at most that and above the bound before.</summary>
    public required IReadOnlyDictionary<long, int> Buckets { get; init; }

    public static Histogram Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(time => time.TotalMilliseconds).Order().ToList();
        return new Histogram
        {
            Count = sorted.Count,
            P50Ms = At(0.5),
            P99Ms = At(0.99),
            MaxMs = At(1),
            Buckets = sorted
                .CountBy(time => 1L << (int)Math.Ceiling(Math.Log2(Math.Max(time, 1))))
                .OrderBy(bucket => bucket.Key)
                .ToDictionary(bucket => bucket.Key, bucket => bucket.Value),
        };

        double At(double share) => sorted.Count == 0 ? 0 : Math.Round(sorted[(int)Math.Ceiling(share * sorted.Count) - 1], 1);
    }
}
