using System.Diagnostics;
using System.Globalization;
using Coordination.Bench;
using Coordination.Bench.Measuring;
using Coordination.Bench.Runs;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Coordination.Size;

/// <summary>What a process with runs and two agents costs when there is nothing to do.</summary>
internal static class IdleCost
{
    public const string Argument = "--idle";
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(
        RabbitServer rabbit,
        PostgresServer postgres,
        string database,
        Action<string> progress,
        CancellationToken ct
    )
    {
        progress("idle");
        var broker = await rabbit.NewVirtualHostAsync(ct);
        var start = new ProcessStartInfo(Environment.ProcessPath!, Argument)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["SIZE_BROKER"] = broker.AbsoluteUri;
        start.Environment["SIZE_DATABASE"] = database;
        using var process = Process.Start(start)!;
        try
        {
            if (await process.StandardOutput.ReadLineAsync(ct) is null)
                throw new InvalidOperationException("The idle process ended before it was ready.");
            await Task.Delay(Settle, ct);
            await using var source = NpgsqlDataSource.Create(database);
            await ExecuteAsync(source, "SELECT pg_stat_statements_reset()", ct);
            var cpu = ProcessTree.CpuSeconds(process.Id);
            await Task.Delay(Window, ct);
            var used = ProcessTree.CpuSeconds(process.Id) - cpu;
            var (statements, text) = await StatementsAsync(source, ct);
            var (perSecond, core) = (statements / Window.TotalSeconds, used!.Value / Window.TotalSeconds * 100);
            return
            [
                new Figure("statements a second, idle", perSecond.ToString("0.0", CultureInfo.InvariantCulture), "", perSecond <= 5)
                {
                    Detail = text,
                },
                new Figure("processor, idle", $"{core:0.0} % of a core", "", core <= 3),
            ];
        }
        finally
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Runs inside the process, until its input ends.</summary>
    public static async Task RunAsync()
    {
        using var ending = new CancellationTokenSource();
        var builder = MassTransitProgram.CreateBuilder();
        builder.Services.AddCoordination(coordination =>
            coordination
                .UseRabbitMq(Environment.GetEnvironmentVariable("SIZE_BROKER")!)
                .UsePostgres(Environment.GetEnvironmentVariable("SIZE_DATABASE")!)
                .AddRuns()
        );
        builder.Services.AddAgent<EchoAgent>("first");
        builder.Services.AddAgent<EchoAgent>("second");
        _ = Task.Run(async () =>
        {
            await Console.In.ReadToEndAsync();
            await ending.CancelAsync();
        });
        try
        {
            await MassTransitProgram.RunAsync(builder, (_, _) => Task.CompletedTask, () => Console.WriteLine("ready"), ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The usual end.
        }
    }

    private static async Task<(long Count, string Text)> StatementsAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            SELECT calls, left(regexp_replace(query, '\s+', ' ', 'g'), 100) FROM pg_stat_statements
            WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg_stat_statements%' ORDER BY calls DESC
            """
        );
        await using var reader = await command.ExecuteReaderAsync(ct);
        var (count, lines) = (0L, new List<string>());
        while (await reader.ReadAsync(ct))
        {
            count += reader.GetInt64(0);
            lines.Add($"{reader.GetInt64(0), 6} {reader.GetString(1)}");
        }
        return (count, string.Join('\n', lines));
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken ct)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }
}
