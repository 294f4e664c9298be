using System.CommandLine;
using System.Diagnostics;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;
using Coordination.Host.Settings;
using Coordination.Host.Startup;
using Coordination.Persistence;

namespace Coordination.Host.Migrations;

/// <summary><c>migrate</c>: brings the tables up to date, or says what is missing.</summary>
internal static class MigrateCommand
{
    public static Command Build(Terminal terminal)
    {
        var check = new Option<bool>("--check") { Description = "Change nothing: list what is missing, exit code 3 when anything is." };
        var command = new Command("migrate", "Create and update the tables. The database user needs the right to create tables.")
        {
            check,
        }.WithExamples(
            "coordination migrate --database \"Host=localhost;Database=coordination;Username=coordination_owner\"",
            "coordination migrate --check --json"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                var settings = invocation.Settings(Needs.Database);
                await Servers.DatabaseAsync(invocation, settings, patience: null, invocation.Output.Note, cancellationToken);
                var services = new ServiceCollection();
                services.AddLogging();
                services.AddHosted(settings);
                await using var provider = services.BuildServiceProvider();
                var migrator = provider.GetRequiredService<SchemaMigrator>();
                return invocation.Arguments.GetValue(check)
                    ? await CheckAsync(invocation, migrator, cancellationToken)
                    : await ApplyAsync(invocation, settings, migrator, cancellationToken);
            }
        );
        return command;
    }

    private static async Task<int> CheckAsync(Invocation invocation, SchemaMigrator migrator, CancellationToken cancellationToken)
    {
        var pending = await migrator.PendingAsync(cancellationToken);
        invocation.Output.Show(
            new { pending },
            _ =>
            {
                foreach (var step in pending)
                    invocation.Output.Line($"missing  {step.Module}/{step.Migration}");
                invocation.Output.Line(pending.Count == 0 ? "Up to date." : $"{pending.Count} missing. Run `coordination migrate`.");
            }
        );
        return pending.Count == 0 ? ExitCode.Ok : ExitCode.PendingMigrations;
    }

    private static async Task<int> ApplyAsync(
        Invocation invocation,
        HostSettings settings,
        SchemaMigrator migrator,
        CancellationToken cancellationToken
    )
    {
        var applied = new List<SchemaStep>();
        var begin = Stopwatch.GetTimestamp();
        await migrator.MigrateAsync(
            new MigrationProgress(step =>
            {
                applied.Add(step);
                invocation.Output.Line($"apply    {step.Module}/{step.Migration}");
            }),
            cancellationToken
        );
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        invocation.Output.Show(
            new { applied },
            _ =>
                invocation.Output.Line(
                    applied.Count == 0
                        ? $"{settings.DatabaseName} was up to date."
                        : $"{applied.Count} applied to {settings.DatabaseName} in {seconds:0.0} s."
                )
        );
        return ExitCode.Ok;
    }
}

/// <summary>Reports at once and in order, on the caller's thread; <see cref="Progress{T}"/> would not.</summary>
internal sealed class MigrationProgress(Action<SchemaStep> report) : IProgress<SchemaStep>
{
    public void Report(SchemaStep value) => report(value);
}
