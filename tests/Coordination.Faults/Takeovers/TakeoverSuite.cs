using System.Globalization;
using System.Text.Json;
using Coordination.Faults.Checker;
using Coordination.Faults.Matrix;
using Coordination.Testing;
using Npgsql;

namespace Coordination.Faults.Takeovers;

/// <summary>
/// One step whose worker is killed at a chosen effect, for each point that is asked for:
/// <list type="number">
/// <item>a worker armed with the point takes the step; its agent waits;</item>
/// <item>a second worker comes up: it finds nothing to do while the first one renews its lease;</item>
/// <item>the agents are sent, and the first worker ends itself by SIGKILL at its point;</item>
/// <item>the run ends, carried out by the second; the sink's ledger tells what both have called.</item>
/// </list>
/// The points are gone through in lanes side by side, each with an agent type, and so with workers, of its own.
/// </summary>
public sealed class TakeoverSuite(int effects, TimeSpan lease, Action<string> tell)
{
    private const int Lanes = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<IReadOnlyList<Takeover>> RunAsync(IReadOnlyList<TakeoverPoint> points, CancellationToken ct)
    {
        var started = TimeProvider.System.GetUtcNow();
        var logs = Directory.CreateDirectory(Path.Combine(Suite.DefaultReports(), $"{started:yyyyMMdd-HHmmss}-takeovers", "logs")).FullName;
        await using var world = await World.StartAsync(brokerNodes: 1, ct);
        var database = await world.NewOutsideDatabaseAsync(ct);
        await using var sink = NpgsqlDataSource.Create(database);
        await using var fleet = new MatrixFleet(world, new MatrixSettings { Lease = lease }, database, logs);
        await fleet.MigrateAsync(ct);
        await fleet.StartSinkAsync(ct);
        using var host = fleet.Node("host", "host", Of(string.Join(',', Enumerable.Range(0, Lanes).Select(TypeOf))));
        await Eventually.Until(() => host.IsUp, Patience, "the host to take work", ct);
        var lanes = Enumerable.Range(0, Lanes).Select(lane => RunLaneAsync(lane));
        return [.. (await Task.WhenAll(lanes)).SelectMany(taken => taken)];

        async Task<List<Takeover>> RunLaneAsync(int lane)
        {
            var taken = new List<Takeover>();
            foreach (var point in points.Where((_, i) => i % Lanes == lane))
            {
                taken.Add(await TakeOverAsync(point, TypeOf(lane), new Scene(world, sink, fleet, host, logs), ct));
            }

            return taken;
        }
    }

    private async Task<Takeover> TakeOverAsync(TakeoverPoint point, string type, Scene scene, CancellationToken ct)
    {
        var (name, run) = ($"{(point.Recorded ? "recorded" : "made")}{point.Effect}", Guid.NewGuid());
        var hit = Path.Combine(scene.Logs, $"{name}.hit");
        var armed = new Dictionary<string, string>(Of(type))
        {
            ["COORD_FAILPOINT"] = string.Create(CultureInfo.InvariantCulture, $"{(point.Recorded ? "E3" : "E2")}:{point.Effect}:kill"),
            ["COORD_FAILPOINT_LOG"] = hit,
        };
        using var first = scene.Fleet.Node($"{name}first", "worker", armed);
        await Eventually.Until(() => first.IsUp, Patience, "the first worker to take work", ct);
        await scene.Host.SayAsync($"submit {JsonSerializer.Serialize(new { runId = run, agentType = type, count = effects })}");
        await Eventually.Until(
            async () => await scene.AskAsync<long>("SELECT count(*) FROM coordination.run WHERE run_id = $1", run, ct) == 1,
            Patience,
            "the host to know the run",
            ct
        );
        await Eventually.Until(
            async () => await scene.AskAsync<long>("SELECT count(*) FROM coordination.step_claim WHERE run_id = $1", run, ct) == 1,
            Patience,
            "the first worker to claim the step",
            ct
        );
        using var second = scene.Fleet.Node($"{name}second", "worker", Of(type));
        await Eventually.Until(() => second.IsUp, Patience, "the second worker to take work", ct);

        await second.SayAsync("send");
        await first.SayAsync("send");
        await Eventually.Until(() => first.HasEnded, Patience, $"the first worker to end at effect {point.Effect}", ct);
        await Eventually.Until(
            async () => await scene.AskAsync<DateTime?>("SELECT ended_at FROM coordination.run WHERE run_id = $1", run, ct) is not null,
            Patience,
            "the run to end",
            ct
        );
        var takeover = await scene.ReadAsync(point, run, first, hit, ct);
        tell(
            $"killed at effect {point.Effect}, outcome {(point.Recorded ? "committed" : "not committed")}: {takeover.Calls.Count} calls, "
                + $"resumed after {takeover.ResumedAfter.TotalSeconds:0.00} s"
        );
        return takeover;
    }

    private static string TypeOf(int lane) => string.Create(CultureInfo.InvariantCulture, $"errands-{lane + 1}");

    private static Dictionary<string, string> Of(string types) => new() { ["FAULTS_ERRANDS"] = types };

    /// <summary>What all takeovers share.</summary>
    private sealed record Scene(World World, NpgsqlDataSource Sink, MatrixFleet Fleet, NodeProcess Host, string Logs)
    {
        public async Task<T?> AskAsync<T>(string sql, Guid run, CancellationToken ct)
        {
            await using var command = World.Store.CreateCommand(sql);
            command.Parameters.Add(new NpgsqlParameter { Value = run });
            return await command.ExecuteScalarAsync(ct) is T value ? value : default;
        }

        public async Task<Takeover> ReadAsync(TakeoverPoint point, Guid run, NodeProcess first, string hit, CancellationToken ct)
        {
            var calls = await EvidenceReader.RowsAsync(
                Sink,
                $"SELECT id, effect_key, class, process, at FROM call WHERE run_id = '{run}' ORDER BY id",
                row =>
                    (
                        Id: row.GetInt64(0),
                        Key: row.GetString(1),
                        Class: row.GetString(2),
                        Second: row.GetInt32(3) != first.Id,
                        At: row.GetFieldValue<DateTimeOffset>(4)
                    ),
                ct
            );
            var keys = calls.Select(call => call.Key).Distinct().ToList();
            var outputs = JsonDocument.Parse(
                await AskAsync<string>("SELECT COALESCE(outputs::text, '{}') FROM coordination.run WHERE run_id = $1", run, ct) ?? "{}"
            );
            return new Takeover
            {
                Point = point,
                WasKilled = first.WasKilled && File.Exists(hit),
                Status = await AskAsync<string>("SELECT lower(status) FROM coordination.run WHERE run_id = $1", run, ct) ?? "",
                Receipts = outputs.RootElement.TryGetProperty("all", out var all)
                    ? [.. all.GetProperty("numbers").EnumerateArray().Select(number => number.GetInt64())]
                    : [],
                Calls = [.. calls.Select(call => new TakeoverCall(call.Id, keys.IndexOf(call.Key) + 1, call.Key, call.Class, call.Second))],
                Effects = await EvidenceReader.RowsAsync(
                    Sink,
                    $"SELECT id, effect_key FROM effect WHERE run_id = '{run}' ORDER BY id",
                    row => new TakeoverEffect(row.GetInt64(0), row.GetString(1)),
                    ct
                ),
                // The file was written in the moment before the signal.
                ResumedAfter =
                    calls.Where(call => call.Second).Select(call => call.At).FirstOrDefault(DateTimeOffset.MaxValue)
                    - new DateTimeOffset(File.GetLastWriteTimeUtc(hit)),
            };
        }
    }
}
