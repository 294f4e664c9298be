using System.Diagnostics;

namespace Coordination.Host.Logging;

/// <summary>Writes each event as one line, whole lines even when many threads write.</summary>
internal sealed class WriterLog(TextWriter writer, TimeProvider time, Func<LogEvent, string> line) : ILoggerProvider
{
    private readonly Lock writing = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() => writer.Flush();

    private void Write(LogEvent entry)
    {
        var text = line(entry);
        lock (writing)
            writer.WriteLine(text);
    }

    private sealed class Logger(WriterLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) =>
            log.Write(
                new LogEvent
                {
                    At = log.Now,
                    Level = logLevel,
                    Category = category,
                    Message = formatter(state, exception),
                    Exception = exception,
                    TraceId = Activity.Current?.TraceId.ToHexString(),
                    Values = state is IEnumerable<KeyValuePair<string, object?>> values
                        ? [.. values.Where(pair => pair.Key != "{OriginalFormat}")]
                        : [],
                }
            );
    }

    private DateTimeOffset Now => time.GetUtcNow();
}
