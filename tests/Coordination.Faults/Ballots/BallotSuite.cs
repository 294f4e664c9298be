using Coordination.Faults.Checker;
using Coordination.Testing;

namespace Coordination.Faults.Ballots;

/// <summary>
/// One run of killed ballots: servers and hosts up, ballots flowing; the kills; nobody asks for more; rest; the product's audit; check; report. It counts only if
/// most ballots had ended before healing.
/// </summary>
public sealed class BallotSuite(BallotSettings settings, Action<string> tell)
{
    private const double EnoughDone = 0.8;

    public async Task<BallotReport> RunAsync(CancellationToken ct)
    {
        var started = TimeProvider.System.GetUtcNow();
        var folder = Directory.CreateDirectory(
            Path.Combine(
                settings.Reports ?? Suite.DefaultReports(),
                $"{started:yyyyMMdd-HHmmss}-ballots-seed{settings.Seed}{(settings.Bug is null ? "" : "-" + settings.Bug)}"
            )
        );
        var logs = folder.CreateSubdirectory("logs").FullName;
        await using var world = await World.StartAsync(brokerNodes: 1, ct);
        await using var fleet = new BallotFleet(world, settings, logs);
        await fleet.MigrateAsync(ct);
        await using var electorate = await Electorate.GatherAsync(world.Broker.Address, ct);
        await fleet.StartAsync(ct);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var asking = AskAsync(electorate, enough.Token);
        await Eventually.Until(() => electorate.Decided > 0, TimeSpan.FromSeconds(60), "the first decision", ct);
        tell($"seed {settings.Seed}: ballots flow");

        var kills = new BallotKills(fleet, electorate, settings, logs);
        var killing = kills.RunAsync(ct);
        while (await Task.WhenAny(killing, Task.Delay(TimeSpan.FromSeconds(20), ct)) != killing)
        {
            tell($"{kills.Done.Count} of {settings.Kills} kills; {electorate.Decided} ballots decided, {electorate.Open} open");
        }

        await killing;
        var few = !await ComesAsync(() => Task.FromResult(electorate.Decided >= settings.Ballots), "enough ballots", ct);
        var (ended, open) = (electorate.Decided, electorate.Open);
        await enough.CancelAsync();
        await asking;
        var unrest = !await ComesAsync(() => IsAtRestAsync(world, electorate, ct), "rest", ct);
        tell($"{kills.Done.Count} kills; {ended} ballots had ended; {(unrest ? "it does not come to rest" : "all is at rest")}");

        var evidence = await BallotEvidenceReader.ReadAsync(world, electorate.Evidence, await fleet.AuditAsync(ct), ct);
        List<Violation> violations =
        [
            .. kills.Unreached.Select(point => new Violation("reach", $"{point} was never reached")),
            .. few ? [new Violation("stuck", $"fewer than {settings.Ballots} ballots ended")] : Array.Empty<Violation>(),
            .. unrest
                ? [new Violation("stuck", $"{electorate.Open} ballots are open, or messages are under way")]
                : Array.Empty<Violation>(),
            .. BallotChecks.Check(evidence),
        ];
        List<string> reasons = ended < EnoughDone * (ended + open) ? [$"only {ended} of {ended + open} ballots had ended"] : [];
        var report = BallotReport.Of(settings, started, evidence, kills.Done, violations, reasons, folder.FullName);
        await report.WriteAsync(ct);
        tell($"{violations.Count} violations; {Path.Combine(folder.FullName, "report.json")}");
        return report;
    }

    /// <summary>Asks for one ballot after the other, as many of each kind.</summary>
    private async Task AskAsync(Electorate electorate, CancellationToken enough)
    {
        var draw = new Random(settings.Seed);
        using var rhythm = new PeriodicTimer(TimeSpan.FromSeconds(1) / settings.PerSecond);
        try
        {
            while (await rhythm.WaitForNextTickAsync(enough))
            {
                if (electorate.Open < settings.Window)
                {
                    electorate.Ask(BallotKind.All[draw.Next(BallotKind.All.Count)]);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }

    private static async Task<bool> IsAtRestAsync(World world, Electorate electorate, CancellationToken ct)
    {
        if (!electorate.IsQuiet)
        {
            return false;
        }

        await using var command = world.Store.CreateCommand(
            "SELECT NOT EXISTS (SELECT 1 FROM coordination.outbox) AND NOT EXISTS (SELECT 1 FROM coordination.ballot WHERE decided_at IS NULL)"
        );
        return (bool)(await command.ExecuteScalarAsync(ct))! && await Suite.QueuesAreEmptyAsync(world, ct) && electorate.IsQuiet;
    }

    /// <summary>False: it did not come in time.</summary>
    private async Task<bool> ComesAsync(Func<Task<bool>> condition, string what, CancellationToken ct)
    {
        try
        {
            await Eventually.Until(condition, settings.Patience, what, ct);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
