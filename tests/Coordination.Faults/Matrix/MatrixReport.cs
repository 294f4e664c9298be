using System.Text.Json;
using Coordination.Faults.Checker;
using Coordination.Faults.Report;

namespace Coordination.Faults.Matrix;

/// <summary>What a run of the matrix showed, as it is written to report.json and report.html.</summary>
public sealed record MatrixReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required MatrixSettings Settings { get; init; }
    public required string Commit { get; init; }
    public required DateTimeOffset Started { get; init; }
    public required double Seconds { get; init; }

    /// <summary>Why the run proves nothing; empty: it counts.</summary>
    public required IReadOnlyList<string> Void { get; init; }
    public required IReadOnlyList<Violation> Violations { get; init; }
    public required IReadOnlyList<PointCount> Points { get; init; }
    public required IReadOnlyList<ClassCount> Classes { get; init; }
    public required IReadOnlyDictionary<string, long> Accounting { get; init; }

    /// <summary>From the end of a dead owner's lease until its claim was taken over.</summary>
    public required Histogram Takeover { get; init; }

    /// <summary>As <see cref="Takeover"/>, of claims whose owners had died before.</summary>
    public required Histogram TakeoverAgain { get; init; }

    /// <summary>From a crash until a run ended again.</summary>
    public required Histogram Recovery { get; init; }
    public required IReadOnlyList<FaultRecord> Crashes { get; init; }
    public required string Folder { get; init; }

    public static MatrixReport Of(
        MatrixSettings settings,
        DateTimeOffset started,
        MatrixEvidence evidence,
        IReadOnlyList<Violation> violations,
        IReadOnlyList<string> reasons,
        string folder
    ) =>
        new()
        {
            Settings = settings,
            Commit = RunReport.CommitOf(folder),
            Started = started,
            Seconds = (TimeProvider.System.GetUtcNow() - started).TotalSeconds,
            Void = reasons,
            Violations = violations,
            Points =
            [
                .. CrashPoint.All.Select(point => new PointCount(
                    point.Name,
                    point.What,
                    evidence.Crashes.Count(crash => crash.Class == point.Name),
                    evidence.Crashes.Count(crash => crash.Class == point.Name && crash.OpenRuns > 0)
                )),
            ],
            Classes =
            [
                .. from undo in new[] { false, true }
                from name in new[] { "pure", "idempotent", "keyed", "probed", "irreversible" }
                where !undo || name != "pure"
                select ClassCount.Of(name, undo, evidence),
            ],
            Accounting = new Dictionary<string, long>
            {
                ["submissions"] = evidence.Fleet.Submissions.Count,
                ["runs completed"] = evidence.Fleet.Runs.Count(run => run.Status == "completed"),
                ["runs failed and undone, as they were made to"] = evidence.Fleet.Runs.Count(run => run.Status == "failed"),
                ["of these with an undoing in doubt"] = evidence.Fleet.History.Count(line => line.Type == "compensation-failed"),
                ["messages stored"] = evidence.Fleet.Stored.Count,
                ["messages handled"] = evidence.Fleet.Handled.Count,
                ["journal records"] = evidence.Journal.Count,
                ["journals checked"] = evidence.Journal.DistinctBy(line => line.RunId).Count(),
                ["calls"] = evidence.Calls.Count,
                ["effects in doubt, answered by a person"] = evidence.Doubts.Count(doubt => doubt.Question is not null),
                ["of these had happened"] = evidence.Doubts.Count(doubt => doubt is { Question: not null, Receipt: not null }),
                ["claims taken over"] =
                    RunChecks.Takeovers(evidence, again: false).Count + RunChecks.Takeovers(evidence, again: true).Count,
                ["milliseconds to rest"] = (long)(evidence.Fleet.Settled?.TotalMilliseconds ?? -1),
            },
            Takeover = Histogram.Of(RunChecks.Takeovers(evidence, again: false)),
            TakeoverAgain = Histogram.Of(RunChecks.Takeovers(evidence, again: true)),
            Recovery = Histogram.Of(evidence.Crashes.Where(crash => crash.Recovery is not null).Select(crash => crash.Recovery!.Value)),
            Crashes = evidence.Crashes,
            Folder = folder,
        };

    public async Task WriteAsync(CancellationToken ct)
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "report.json"), JsonSerializer.Serialize(this, Json), ct);
        await File.WriteAllTextAsync(Path.Combine(Folder, "report.html"), MatrixPage.Of(this), ct);
    }

    private static string Line(string what, Histogram times) =>
        $"{what}: {times.Count}, p50 {times.P50Ms:0} ms, p99 {times.P99Ms:0} ms, latest {times.MaxMs:0} ms";

    /// <summary>Counts, and the first violations, for a console and the message of a failed test.</summary>
    public string Summary() =>
        string.Join(
            '\n',
            [
                $"kills: {string.Join(", ", Points.Where(point => point.Crashes > 0).Select(point => $"{point.Name} {point.Crashes}"))}",
                .. Classes.Select(count =>
                    $"{count.Class}{(count.Undo ? " (undoing)" : "")}: {count.Wanted} wanted, {count.Calls} calls, {count.Happened} happened, {count.Cut} cut off"
                ),
                .. Accounting.Select(row => $"{row.Key}: {row.Value}"),
                Line("taken over after the lease's end", Takeover),
                Line("as before, of those whose owners had died before", TakeoverAgain),
                .. Void,
                .. Violations.Take(40).Select(violation => $"{violation.Invariant}: {violation.What}"),
                $"{Violations.Count} violations in {Seconds:0} s; {Path.Combine(Folder, "report.html")}",
            ]
        );
}

/// <summary>Crashes at a point, and how many of them met runs under way.</summary>
public sealed record PointCount(string Name, string What, int Crashes, int Busy);

/// <summary>A class of effects: how many there were to be, calls, what happened, and calls that ended with the caller.</summary>
public sealed record ClassCount(string Class, bool Undo, long Wanted, long Calls, long Happened, long Cut)
{
    internal static ClassCount Of(string name, bool undo, MatrixEvidence evidence)
    {
        var calls = evidence.Calls.Where(call => call.Of.Class == name && call.Of.Undo == undo).ToList();
        return new ClassCount(
            name,
            undo,
            calls.Select(call => call.Of).Distinct().Count(),
            calls.Count,
            name switch
            {
                "pure" => calls.Count,
                "idempotent" => evidence.States.Count(state => state.Value == (undo ? "undone" : "done")),
                _ => evidence.Effects.Count(effect => effect.Of.Class == name && effect.Of.Undo == undo),
            },
            calls.Count(call => call.Kill.Length > 0)
        );
    }
}
