using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TicketTriage.Running;

/// <summary>The monitor of this program: for this machine alone, so everybody on it may do everything.</summary>
public static class MonitorPage
{
    public const string Prefix = "/coordination";
    public const string DefaultUrl = "http://127.0.0.1:5080";

    public static WebApplicationBuilder Builder(SampleOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "ticket-triage", EnvironmentName = Environments.Development }
        );
        builder.WebHost.UseKestrelCore().UseUrls(options.MonitorUrl);
        builder.Services.AddRoutingCore();
        builder.Services.AddCoordinationMonitor(monitor => monitor.EnvironmentName = "ticket triage");
        return builder;
    }

    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.MapCoordinationMonitor(Prefix);
        return app;
    }

    /// <summary>Where it is, once the program runs; null when there is none.</summary>
    public static string? AddressOf(IHost host) => host is WebApplication app ? $"{app.Urls.First()}{Prefix}/" : null;
}
