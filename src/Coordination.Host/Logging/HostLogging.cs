using Coordination.Host.CommandLine;

namespace Coordination.Host.Logging;

/// <summary>The log on standard error: lines for people, JSON for collectors.</summary>
internal static class HostLogging
{
    /// <summary>Adds the log. Where no terminal shows it, a collector reads it: it gets JSON unless told otherwise.</summary>
    public static void AddHostLogging(this ILoggingBuilder logging, string? format, Terminal terminal, bool verbose)
    {
        var time = TimeProvider.System;
        Func<LogEvent, string> line =
            (format ?? (terminal.IsErrorInteractive ? "line" : "json")) == "json"
                ? LogLine.Json
                : entry => LogLine.Text(entry, time.LocalTimeZone, details: verbose);
        logging.ClearProviders();
        logging.AddProvider(new WriterLog(terminal.Error, time, line));
        logging.SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Information);
        logging.AddFilter("Microsoft", verbose ? LogLevel.Information : LogLevel.Warning);
        logging.AddFilter("System.Net.Http", LogLevel.Warning);
        // MassTransit says each lost and found connection at Warning; its Information lines repeat the configuration.
        logging.AddFilter("MassTransit", verbose ? LogLevel.Debug : LogLevel.Warning);
        // Degraded is asked about every few seconds and said by whoever asks; only what is unhealthy belongs into the log.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Error);
        // What made the start fail is said once, in words of our own.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", verbose ? LogLevel.Error : LogLevel.None);
    }
}
