using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Coordination.Host.Logging;

/// <summary>One readable line per event: time, level, category without its namespace, message, and what an exception says.</summary>
internal sealed class LineFormatter(TimeProvider time, LineFormatterSettings settings) : ConsoleFormatter(FormatName)
{
    public const string FormatName = "line";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(time.GetLocalNow().ToString("HH:mm:ss.fff", System.Globalization.CultureInfo.InvariantCulture));
        textWriter.Write(Level(logEntry.LogLevel));
        textWriter.Write(logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..]);
        textWriter.Write(": ");
        textWriter.Write(OneLine(message));
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write($" [{exception.GetType().Name}: {OneLine(exception.Message)}]");
            if (settings.WithStackTraces)
                textWriter.Write(Environment.NewLine + exception);
        }
        textWriter.WriteLine();
    }

    private static string Level(LogLevel level) =>
        level switch
        {
            LogLevel.Critical => " FATAL ",
            LogLevel.Error => " ERROR ",
            LogLevel.Warning => " warn  ",
            LogLevel.Information => " info  ",
            _ => " debug ",
        };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}

/// <summary>How the lines look.</summary>
internal sealed record LineFormatterSettings(bool WithStackTraces);
