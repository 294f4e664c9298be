using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Coordination.Host.Logging;

/// <summary>An event as one line: readable for people, JSON for collectors.</summary>
internal static class LogLine
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Local time, level, category without its namespace, message, what an exception says; with details also where it came from.</summary>
    public static string Text(LogEvent entry, TimeZoneInfo zone, bool details)
    {
        var time = TimeZoneInfo.ConvertTime(entry.At, zone).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var category = entry.Category[(entry.Category.LastIndexOf('.') + 1)..];
        var line = $"{time} {Level(entry.Level)} {category}: {OneLine(entry.Message)}";
        if (entry.Exception is not { } exception)
            return line;
        line += $" [{exception.GetType().Name}: {OneLine(exception.Message)}]";
        return details ? $"{line}\n{exception}" : line;
    }

    /// <summary>UTC time, level, category, message, the message's values, trace id and exception.</summary>
    public static string Json(LogEvent entry)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteString("time", entry.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", entry.Level.ToString().ToLowerInvariant());
            json.WriteString("category", entry.Category);
            json.WriteString("message", entry.Message);
            if (entry.TraceId is not null)
                json.WriteString("traceId", entry.TraceId);
            if (entry.Exception is not null)
                json.WriteString("exception", entry.Exception.ToString());
            json.WriteStartObject("values");
            foreach (var (name, value) in entry.Values.DistinctBy(pair => pair.Key))
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string Level(LogLevel level) =>
        level switch
        {
            LogLevel.Critical => "FATAL",
            LogLevel.Error => "ERROR",
            LogLevel.Warning => "warn ",
            LogLevel.Information => "info ",
            _ => "debug",
        };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
