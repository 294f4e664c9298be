using System.Diagnostics;
using Coordination.Faults.Checker;
using Coordination.Faults.Report;
using Coordination.Testing;

namespace Coordination.Faults;

/// <summary>
/// One run: servers and fleet up, work flowing; the targeted faults, then the random ones; healing; rest; check; report. It counts only if most of the
/// work had been done before healing and every fault met a busy system.
/// </summary>
public sealed class Suite(SuiteSettings settings, Action<string> tell)
{
    private const double EnoughDone = 0.8;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly List<Violation> violations = [];

    public async Task<RunReport> RunAsync(CancellationToken ct)
    {
        var started = TimeProvider.System.GetUtcNow();
        var folder = Directory.CreateDirectory(
            Path.Combine(
                settings.Reports ?? DefaultReports(),
                $"{started:yyyyMMdd-HHmmss}-seed{settings.Seed}-slice{settings.Slice}of{settings.Slices}"
            )
        );
        var logs = folder.CreateSubdirectory("logs").FullName;
        await using var world = await World.StartAsync(settings.BrokerNodes, ct);
        await using var fleet = new ProcessFleet(world, settings, logs);
        await fleet.MigrateAsync(ct);
        await world.WatchAsync(ct);
        Tell("servers and tables are ready");

        await fleet.StartAsync(ct);
        await using var progress = new Progress(world);
        await Eventually.Until(() => progress.Open > 0, TimeSpan.FromSeconds(60), "work to flow", ct);
        Tell("work flows");

        var targeted = new TargetedFaults(settings, logs);
        var records = new List<FaultRecord>(
            await targeted.RunAsync(fleet, progress, point => violations.Add(new Violation("reach", $"{point} was never reached")), ct)
        );
        Tell($"{records.Count} targeted faults; {progress.Messages} messages");
        var random = new RandomFaults(world, fleet, progress, settings);
        await random.RunAsync(ct);
        Tell($"{random.Done.Count} random faults; {progress.Messages} messages");
        violations.AddRange(random.BadStops.Select(stop => new Violation("F6", stop)));
        records.AddRange(random.Done);

        await Eventually.Until(() => progress.Messages >= settings.Messages, TimeSpan.FromMinutes(30), $"{settings.Messages} messages", ct);
        var (submitted, ended) = await CountAsync(world, ct);
        await fleet.StopFeedingAsync();
        var settled = await RestAsync(world, ct);
        Tell(settled is { } time ? $"at rest after {time.TotalSeconds:0.0} s" : "it does not come to rest");

        var faults = records
            .OrderBy(fault => fault.From)
            .Select(fault => fault with { Recovery = progress.RecoveryAfter(fault.Until) })
            .ToList();
        var evidence = await EvidenceReader.ReadAsync(world, ct) with
        {
            Faults = faults,
            Settled = settled,
            SettlesWithin = settings.Settles,
            RetriesWithin = settings.RetriesWithin,
            // What one process holds at most of each agent type, for each fault that can make another repeat it.
            RepeatsAllowed = faults.Count * 4L * 8 + fleet.Slots.Sum(slot => slot.Deaths) * 4L * 8,
        };
        violations.AddRange(Invariants.Check(evidence));
        var report = RunReport.Of(settings, started, evidence, violations, Void(faults, submitted, ended), folder.FullName);
        await report.WriteAsync(ct);
        Tell($"{report.Violations.Count} violations; {Path.Combine(folder.FullName, "report.html")}");
        return report;
    }

    private void Tell(string what) => tell($"seed {settings.Seed}, slice {settings.Slice}/{settings.Slices}: {what}");

    /// <summary>Why the run proves nothing, if it does not.</summary>
    private List<string> Void(List<FaultRecord> faults, long submitted, long ended)
    {
        var reasons = new List<string>();
        if (ended < EnoughDone * submitted)
        {
            reasons.Add($"only {ended} of {submitted} runs had ended before healing");
        }

        var idle = faults
            .GroupBy(fault => fault.Class)
            .Where(faults => faults.All(fault => fault.OpenRuns == 0))
            .Select(faults => faults.Key);
        reasons.AddRange(idle.Select(fault => $"'{fault}' never met a busy system"));
        if (settings.RandomFaults >= FaultClass.For(settings.BrokerNodes).Count)
        {
            var missing = FaultClass.For(settings.BrokerNodes).Except(faults.Select(fault => fault.Class));
            reasons.AddRange(missing.Select(fault => $"'{fault}' was never carried out"));
        }

        return reasons;
    }

    private static async Task<(long Submitted, long Ended)> CountAsync(World world, CancellationToken ct)
    {
        await using var command = world.Ledger.CreateCommand(
            "SELECT count(*), count(ended_at) FROM submission WHERE outcome IS DISTINCT FROM 'failed'"
        );
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>How long it took until nothing was under way any more; null: too long.</summary>
    private static async Task<TimeSpan?> RestAsync(World world, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            await Eventually.Until(
                async () =>
                {
                    await using var command = world.Store.CreateCommand(
                        """
                        SELECT NOT EXISTS (SELECT 1 FROM coordination.run WHERE ended_at IS NULL)
                          AND NOT EXISTS (SELECT 1 FROM coordination.step_claim WHERE state = 'open')
                          AND NOT EXISTS (SELECT 1 FROM coordination.outbox)
                          AND (SELECT count(*) FROM faults.order_sent) <= (SELECT count(*) FROM faults.order_applied)
                        """
                    );
                    return (bool)(await command.ExecuteScalarAsync(ct))!
                        && await AllKnownAsync(world, ct)
                        && await QueuesAreEmptyAsync(world, ct);
                },
                Patience,
                "rest",
                ct
            );
            return clock.Elapsed;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>What was accepted has become a run; queues may still hold what is to become one.</summary>
    private static async Task<bool> AllKnownAsync(World world, CancellationToken ct)
    {
        await using var command = world.Ledger.CreateCommand("SELECT count(*) FROM submission WHERE outcome = 'ok' AND ended_at IS NULL");
        return (long)(await command.ExecuteScalarAsync(ct))! == 0;
    }

    /// <summary>Second copies of what was handled may still be on their way to an inbox that knows them.</summary>
    internal static async Task<bool> QueuesAreEmptyAsync(World world, CancellationToken ct)
    {
        if ((await EvidenceReader.QueuesAsync(world)).All(queue => queue.Messages == 0))
        {
            return true;
        }

        await Task.Delay(TimeSpan.FromMilliseconds(500), ct);
        return false;
    }

    internal static string DefaultReports()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (folder.Name == "artifacts")
            {
                return Path.Combine(folder.FullName, "fault-reports");
            }
        }

        return Path.Combine(AppContext.BaseDirectory, "fault-reports");
    }
}
