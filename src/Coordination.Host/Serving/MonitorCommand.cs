using System.CommandLine;
using Coordination.Host.CommandLine;
using Coordination.Host.Logging;
using Coordination.Host.Settings;
using Coordination.Host.Startup;
using Coordination.Persistence;

namespace Coordination.Host.Serving;

/// <summary><c>monitor</c>: the monitor in a process of its own, which reads the database and runs nothing else.</summary>
internal static class MonitorCommand
{
    public static Command Build(Terminal terminal)
    {
        var urls = new Option<string?>("--urls")
        {
            Description = $"Where it listens. Setting Coordination:Urls. Default: {HostSettings.DefaultUrls}.",
            HelpName = "URL",
        };
        var logFormat = new Option<string?>("--log-format")
        {
            Description = "line (people) or json (collectors). Setting Coordination:LogFormat. Default: line on a terminal, else json.",
            HelpName = "FORMAT",
        };
        logFormat.AcceptOnlyFromAmong("line", "json");
        var command = new Command(
            "monitor",
            "Serve the monitor alone: it needs the database, and what people change is carried on by the hosts."
        )
        {
            urls,
            logFormat,
        }.WithExamples(
            "coordination monitor",
            "DOTNET_ENVIRONMENT=Development coordination monitor --urls http://127.0.0.1:8090",
            "Coordination__Monitor__AllowAnonymous=viewer coordination monitor"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                var settings = invocation.Settings(
                    Needs.Database,
                    (SettingNames.Urls, invocation.Arguments.GetValue(urls)),
                    (SettingNames.LogFormat, invocation.Arguments.GetValue(logFormat))
                );
                MonitorHosting.ThrowIfOpen(settings.Monitor, MonitorHosting.Stage(settings));
                await Servers.DatabaseAsync(invocation, settings, cancellationToken);
                await using var app = Compose(invocation, settings);
                await app.Services.GetRequiredService<SchemaMigrator>().EnsureCurrentAsync(cancellationToken);
                await app.StartAsync(cancellationToken);
                var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Coordination.Host");
                var address = $"Monitor of {settings.DatabaseName}: {MonitorHosting.AddressOf(app, settings.Monitor)}";
                log.Log(LogLevel.Information, default, address, exception: null, (said, _) => said);
                await app.WaitForShutdownAsync(cancellationToken);
                return ExitCode.Ok;
            }
        );
        return command;
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
        builder.Services.AddOffice(settings);
        builder.Services.AddHealthChecks();
        builder.AddMonitor(settings.Monitor);
        var app = builder.Build();
        app.MapMonitor(settings.Monitor);
        app.MapHealth();
        return app;
    }
}
