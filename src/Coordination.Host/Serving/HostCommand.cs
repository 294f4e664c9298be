using System.CommandLine;
using Coordination.Host.CommandLine;
using Coordination.Host.Logging;
using Coordination.Host.Migrations;
using Coordination.Host.Settings;
using Coordination.Host.Startup;
using Coordination.Persistence;
using Coordination.Sagas.Consensus;

namespace Coordination.Host.Serving;

/// <summary><c>host</c>: runs the sagas, the registry and the outbox relay until it is stopped.</summary>
internal static class HostCommand
{
    public static Command Build(Terminal terminal)
    {
        var urls = new Option<string?>("--urls")
        {
            Description = $"Where /health/live and /health/ready listen. Setting Coordination:Urls. Default: {HostSettings.DefaultUrls}.",
            HelpName = "URL",
        };
        var migrate = new Option<bool>("--migrate")
        {
            Description = "Apply missing migrations first. For development: the database user then needs the right to create tables.",
        };
        var logFormat = new Option<string?>("--log-format")
        {
            Description = "line (people) or json (collectors). Setting Coordination:LogFormat. Default: line on a terminal, else json.",
            HelpName = "FORMAT",
        };
        logFormat.AcceptOnlyFromAmong("line", "json");
        var monitor = new Option<bool>("--monitor")
        {
            Description =
                $"Serve the monitor at /coordination. Settings {SettingNames.Monitor}:*; outside Development they have to say who may use it.",
        };
        var command = new Command("host", "Run the backbone's services: runs, timers, registry and message delivery.")
        {
            urls,
            migrate,
            logFormat,
            monitor,
        }.WithExamples(
            "coordination host",
            "coordination host --migrate --log-format line",
            "DOTNET_ENVIRONMENT=Development coordination host --migrate --monitor",
            "coordination host --urls http://0.0.0.0:8080"
        );
        Invocation.Attach(
            command,
            terminal,
            (invocation, cancellationToken) =>
            {
                var settings = invocation.Settings(
                    Needs.Broker | Needs.Database,
                    (SettingNames.Urls, invocation.Arguments.GetValue(urls)),
                    (SettingNames.LogFormat, invocation.Arguments.GetValue(logFormat)),
                    ($"{SettingNames.Monitor}:{nameof(MonitorSettings.Enabled)}", invocation.Arguments.GetValue(monitor) ? "true" : null)
                );
                if (settings.Monitor.Enabled)
                    MonitorHosting.ThrowIfOpen(settings.Monitor, MonitorHosting.Stage(settings));
                return ServeAsync(invocation, settings, invocation.Arguments.GetValue(migrate), cancellationToken);
            }
        );
        return command;
    }

    private static async Task<int> ServeAsync(
        Invocation invocation,
        HostSettings settings,
        bool migrate,
        CancellationToken cancellationToken
    )
    {
        await using var app = Compose(invocation, settings);
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Coordination.Host");
        try
        {
            return await ServeAsync(app, invocation, settings, migrate, log, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Into the log, not beside it: a collector reads every line as JSON.
            var failure = Failures.Explain(exception);
            log.Log(LogLevel.Critical, default, failure.Message, failure.Code == ExitCode.Failed ? exception : null, (said, _) => said);
            return failure.Code;
        }
    }

    private static async Task<int> ServeAsync(
        WebApplication app,
        Invocation invocation,
        HostSettings settings,
        bool migrate,
        ILogger log,
        CancellationToken cancellationToken
    )
    {
        void Say(string text) => log.Log(LogLevel.Information, default, text, exception: null, (said, _) => said);

        await Servers.DatabaseAsync(invocation, settings, patience: null, Say, cancellationToken);
        foreach (var weakness in await DurabilityCheck.DatabaseAsync(settings, cancellationToken))
            log.Log(LogLevel.Warning, default, weakness, exception: null, (said, _) => said);
        var migrator = app.Services.GetRequiredService<SchemaMigrator>();
        if (migrate)
            await migrator.MigrateAsync(new MigrationProgress(step => Say($"Applies {step.Module}/{step.Migration}.")), cancellationToken);
        await migrator.EnsureCurrentAsync(cancellationToken);
        await Servers.BrokerAsync(invocation, settings, patience: null, Say, cancellationToken);

        await app.StartAsync(cancellationToken);
        Say($"Hosts runs on {settings.Broker} and {settings.DatabaseName}. Health: {string.Join(", ", app.Urls)}/health/ready");
        if (settings.Monitor.Enabled)
            Say($"Monitor: {MonitorHosting.AddressOf(app, settings.Monitor)}");
        var consensus = app.Services.GetRequiredService<ConsensusOptions>();
        Say(
            settings.Configuration[SettingNames.ConsensusFile] is { Length: > 0 } file
                ? $"Ballots: {consensus.Voters.Count} voters and {consensus.Policies.Count} policies ({string.Join(", ", consensus.Policies.Select(p => p.Id))}) from {file}."
                : $"Ballots: no policies, every ballot is refused. {SettingNames.ConsensusFile} names the file with voters and policies."
        );
        app.Lifetime.ApplicationStopping.Register(() => Say("Stops: messages in hand are finished."));
        await app.WaitForShutdownAsync(cancellationToken);
        Say("Stopped.");
        return ExitCode.Ok;
    }

    private static WebApplication Compose(Invocation invocation, HostSettings settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "coordination", EnvironmentName = MonitorHosting.Stage(settings) }
        );
        builder.Configuration.AddConfiguration(settings.Configuration);
        builder.WebHost.UseKestrelCore().UseUrls(settings.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries));
        builder.Logging.AddHostLogging(settings.LogFormat, invocation.Terminal, invocation.Verbose);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.AddHosted(settings);
        builder.Services.AddTelemetry(settings.Configuration);
        if (settings.Monitor.Enabled)
            builder.AddMonitor(settings.Monitor);
        var app = builder.Build();
        if (settings.Monitor.Enabled)
            app.MapMonitor(settings.Monitor);
        app.MapHealth();
        return app;
    }
}
