using Coordination.Faults.Checker;
using Coordination.Testing;
using Npgsql;

namespace Coordination.Faults.Matrix;

/// <summary>
/// One run of the crash matrix: servers and fleet up, work flowing; the kills; healing; a person's answers to what is in doubt; rest; check; report. It counts
/// only if most of the work had been done before healing.
/// </summary>
public sealed class MatrixSuite(MatrixSettings settings, Action<string> tell)
{
    private const double EnoughDone = 0.8;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);

    public async Task<MatrixReport> RunAsync(CancellationToken ct)
    {
        var started = TimeProvider.System.GetUtcNow();
        var folder = Directory.CreateDirectory(
            Path.Combine(
                settings.Reports ?? Suite.DefaultReports(),
                $"{started:yyyyMMdd-HHmmss}-matrix-seed{settings.Seed}{(settings.Bug is null ? "" : "-" + settings.Bug)}"
            )
        );
        var logs = folder.CreateSubdirectory("logs").FullName;
        await using var world = await World.StartAsync(brokerNodes: 1, ct);
        var database = await world.NewOutsideDatabaseAsync(ct);
        await using var sink = NpgsqlDataSource.Create(database);
        await using var fleet = new MatrixFleet(world, settings, database, logs);
        await fleet.MigrateAsync(ct);
        await world.WatchAsync(ct);
        await fleet.StartAsync(ct);
        await using var progress = new Progress(world);
        await Eventually.Until(() => progress.Open > 0, TimeSpan.FromSeconds(60), "work to flow", ct);
        tell($"seed {settings.Seed}: work flows");

        var plan = CrashPlan.Of(settings, MatrixFleet.Places, logs);
        var crashes = new Crashes(fleet, progress, plan);
        var running = crashes.RunAsync(ct);
        while (await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(20), ct)) != running)
        {
            tell($"{crashes.Done.Count} of {plan.Sum(lives => lives.Count)} crashes; {progress.Open} runs open");
        }

        await running;
        var few = !await ComesAsync(() => progress.Ended >= settings.Runs, ct);
        var (submitted, ended, parked) = await CountAsync(world, ct);
        tell($"{crashes.Done.Count} crashes; {ended} of {submitted} runs have ended, {parked} wait for a person");

        await fleet.Feeder.SayFromNowOnAsync("stop feeding");
        var rest = new MatrixRest(world, settings.Patience);
        var stuck = await rest.ParkedAsync(ct) is null;
        var doubts = await AnswerAsync(new Doubts(world, sink), fleet, ct);
        var settled = await rest.EndedAsync(ct);
        tell($"{doubts.Count} effects were in doubt; {(settled is null ? "it does not come to rest" : "all is at rest")}");

        var evidence = await MatrixEvidenceReader.ReadAsync(world, sink, ct);
        evidence = evidence with
        {
            Doubts = doubts,
            Crashes =
            [
                .. crashes.Done.OrderBy(crash => crash.From).Select(crash => crash with { Recovery = progress.RecoveryAfter(crash.Until) }),
            ],
            Workers = crashes.WorkersUp,
            ResumesWithin = settings.ResumesWithin,
            Fleet = evidence.Fleet with { Settled = settled, SettlesWithin = TimeSpan.FromMinutes(4) },
        };
        List<Violation> violations =
        [
            .. crashes.Unreached.Select(life => new Violation("reach", $"{life.Point} at {life.Failpoint}:{life.Pass} was never reached")),
            .. few ? [new Violation("stuck", $"fewer than {settings.Runs} runs ended")] : Array.Empty<Violation>(),
            .. stuck ? [new Violation("stuck", "runs neither ended nor waited for a person")] : Array.Empty<Violation>(),
            .. MatrixChecks.Check(evidence),
        ];
        List<string> reasons = ended < EnoughDone * submitted ? [$"only {ended} of {submitted} runs had ended before healing"] : [];
        var report = MatrixReport.Of(settings, started, evidence, violations, reasons, folder.FullName);
        await report.WriteAsync(ct);
        tell($"{violations.Count} violations; {Path.Combine(folder.FullName, "report.html")}");
        return report;
    }

    /// <summary>False: it did not come in time.</summary>
    private async Task<bool> ComesAsync(Func<bool> condition, CancellationToken ct)
    {
        try
        {
            await Eventually.Until(condition, settings.Patience, "enough runs", ct);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Answers until nobody asks any more; returns what was in doubt in the beginning.</summary>
    private async Task<IReadOnlyList<Doubt>> AnswerAsync(Doubts person, MatrixFleet fleet, CancellationToken ct)
    {
        var first = await person.LookAsync(ct);
        var left = first;
        var until = TimeProvider.System.GetUtcNow() + settings.Patience;
        while (left.Any(doubt => doubt.Question is not null) && TimeProvider.System.GetUtcNow() < until)
        {
            foreach (var doubt in left.Where(doubt => doubt.Question is not null))
            {
                await fleet.Feeder.Current.SayAsync(Doubts.AnswerTo(doubt));
            }

            await Task.Delay(Between, ct);
            left = await person.LookAsync(ct);
        }

        return first;
    }

    private static async Task<(long Submitted, long Ended, long Parked)> CountAsync(World world, CancellationToken ct)
    {
        await using var submitted = world.Ledger.CreateCommand("SELECT count(*) FROM submission WHERE outcome IS DISTINCT FROM 'failed'");
        await using var runs = world.Store.CreateCommand(
            "SELECT count(ended_at), (SELECT count(DISTINCT run_id) FROM coordination.effect WHERE status = 'indoubt' AND NOT compensating) "
                + "FROM coordination.run"
        );
        await using var reader = await runs.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return ((long)(await submitted.ExecuteScalarAsync(ct))!, reader.GetInt64(0), reader.GetInt64(1));
    }
}
