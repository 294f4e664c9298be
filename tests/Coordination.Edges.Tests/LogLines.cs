using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Coordination.Edges.Tests;

/// <summary>Keeps what a process logs, exceptions as well, to be searched; warnings are shown beside the test.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> lines = new();
    private readonly ITestOutputHelper? output = TestContext.Current.TestOutputHelper;

    public IReadOnlyCollection<string> Lines => lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        lines.Enqueue($"{formatter(state, exception)} {exception}");
        if (logLevel < LogLevel.Warning)
        {
            return;
        }

        try
        {
            output?.WriteLine($"{logLevel}: {formatter(state, exception)} {exception?.Message}");
        }
        catch (InvalidOperationException)
        {
            // The test is over, its process is just ending.
        }
    }

    public void Dispose() { }
}
