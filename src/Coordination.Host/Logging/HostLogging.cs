using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;

namespace Coordination.Host.Logging;

/// <summary>The log on standard error: lines for people, JSON for collectors.</summary>
internal static class HostLogging
{
    /// <summary>Adds the log. A container has no terminal: its collector gets JSON unless told otherwise.</summary>
    public static void AddHostLogging(this ILoggingBuilder logging, string? format, bool terminal, bool verbose)
    {
        logging.ClearProviders();
        logging.Services.TryAddSingleton(TimeProvider.System);
        logging.Services.AddSingleton(new LineFormatterSettings(WithStackTraces: verbose));
        logging.Services.AddSingleton<ConsoleFormatter, LineFormatter>();
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if ((format ?? (terminal ? "line" : "json")) == "json")
        {
            logging.AddJsonConsole(json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
                json.IncludeScopes = verbose;
            });
        }
        else
        {
            logging.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = LineFormatter.FormatName);
        }
        logging.SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Information);
        logging.AddFilter("Microsoft", verbose ? LogLevel.Information : LogLevel.Warning);
        logging.AddFilter("System.Net.Http", LogLevel.Warning);
        // MassTransit says each lost and found connection at Warning; its Information lines repeat the configuration.
        logging.AddFilter("MassTransit", verbose ? LogLevel.Debug : LogLevel.Warning);
    }
}
