using System.Text.Json;
using Coordination.Faults.Checker;
using Coordination.Faults.Report;

namespace Coordination.Faults.Ballots;

/// <summary>What a run of killed ballots showed, as it is written to report.json.</summary>
public sealed record BallotReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required BallotSettings Settings { get; init; }
    public required string Commit { get; init; }
    public required DateTimeOffset Started { get; init; }
    public required double Seconds { get; init; }

    /// <summary>Why the run proves nothing; empty: it counts.</summary>
    public required IReadOnlyList<string> Void { get; init; }
    public required IReadOnlyList<Violation> Violations { get; init; }

    /// <summary>Kills at each point, and how many of them met open ballots.</summary>
    public required IReadOnlyList<BallotPointCount> Points { get; init; }

    /// <summary>Ballots of each kind.</summary>
    public required IReadOnlyDictionary<string, int> Kinds { get; init; }
    public required IReadOnlyDictionary<string, long> Accounting { get; init; }

    /// <summary>From the opening of a ballot to its decision, those that end by their deadline left out.</summary>
    public required Histogram Duration { get; init; }

    /// <summary>How much later than their deadline ballots nobody votes in were decided, kills included.</summary>
    public required Histogram AfterDeadline { get; init; }
    public required IReadOnlyList<FaultRecord> Kills { get; init; }
    public required string Folder { get; init; }

    public static BallotReport Of(
        BallotSettings settings,
        DateTimeOffset started,
        BallotEvidence evidence,
        IReadOnlyCollection<FaultRecord> kills,
        IReadOnlyList<Violation> violations,
        IReadOnlyList<string> reasons,
        string folder
    )
    {
        var kinds = evidence.Ballots.ToDictionary(ballot => ballot.Id, ballot => ballot.Kind);
        var ended = evidence
            .Rows.Where(row => row.DecidedAt is not null && kinds.ContainsKey(row.Id))
            .Select(row => (kinds[row.Id].Deadlines, Took: row.DecidedAt!.Value - row.OpenedAt))
            .ToList();
        return new BallotReport
        {
            Settings = settings,
            Commit = RunReport.CommitOf(folder),
            Started = started,
            Seconds = (TimeProvider.System.GetUtcNow() - started).TotalSeconds,
            Void = reasons,
            Violations = violations,
            Points =
            [
                .. BallotPoint.All.Select(point => new BallotPointCount(
                    point.Name,
                    point.What,
                    kills.Count(kill => kill.Class == point.Name),
                    kills.Count(kill => kill.Class == point.Name && kill.OpenRuns > 0)
                )),
            ],
            Kinds = evidence.Ballots.CountBy(ballot => ballot.Kind.Name).OrderBy(kind => kind.Key).ToDictionary(),
            Accounting = new Dictionary<string, long>
            {
                ["ballots"] = evidence.Ballots.Count,
                ["decided lines"] = evidence.Lines.Count(line => line.Kind == "decided"),
                ["decisions"] = evidence.Decisions.Count,
                ["decisions published, by message id"] = evidence
                    .Events.Where(one => one.Contract == "ballot.decided.v1")
                    .DistinctBy(one => one.MessageId)
                    .Count(),
                ["events heard"] = evidence.Events.Count,
                ["events heard, by message id"] = evidence.Events.DistinctBy(one => one.MessageId).Count(),
                ["votes cast"] = evidence.Votes.Count,
                ["votes recorded"] = evidence.Lines.Count(line => line.Kind == "vote"),
                ["answers given"] = evidence.Answers.Count,
                ["answers recorded"] = evidence.Lines.Count(line => line.Kind == "answer"),
                ["record lines"] = evidence.Lines.Count,
                ["records audited"] = evidence.Audited,
            },
            Duration = Histogram.Of(ended.Where(end => end.Deadlines == 0).Select(end => end.Took)),
            AfterDeadline = Histogram.Of(
                ended.Where(end => end.Deadlines > 0).Select(end => end.Took - (end.Deadlines * BallotKind.ShortTime))
            ),
            Kills = [.. kills.OrderBy(kill => kill.From)],
            Folder = folder,
        };
    }

    public Task WriteAsync(CancellationToken ct) =>
        File.WriteAllTextAsync(Path.Combine(Folder, "report.json"), JsonSerializer.Serialize(this, Json), ct);

    /// <summary>Counts, and the first violations, for a console and the message of a failed test.</summary>
    public string Summary() =>
        string.Join(
            '\n',
            [
                $"{Kills.Count} kills: {string.Join(", ", Points.Where(point => point.Kills > 0).Select(point => $"{point.Name} {point.Kills}"))}",
                $"ballots: {string.Join(", ", Kinds.Select(kind => $"{kind.Key} {kind.Value}"))}",
                .. Accounting.Select(row => $"{row.Key}: {row.Value}"),
                Line("from opening to decision", Duration),
                Line("decided after the deadline by", AfterDeadline),
                .. Void,
                .. Violations.Take(40).Select(violation => $"{violation.Invariant}: {violation.What}"),
                $"{Violations.Count} violations in {Seconds:0} s; {Path.Combine(Folder, "report.json")}",
            ]
        );

    private static string Line(string what, Histogram times) =>
        $"{what}: {times.Count}, p50 {times.P50Ms:0} ms, p99 {times.P99Ms:0} ms, latest {times.MaxMs:0} ms";
}

/// <summary>Kills at a point, and how many of them met open ballots.</summary>
public sealed record BallotPointCount(string Name, string What, int Kills, int Busy);
