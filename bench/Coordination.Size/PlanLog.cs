using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Coordination.Size;

/// <summary>A statement as PostgreSQL carried it out.</summary>
/// <param name="Milliseconds">Time in the server.</param>
/// <param name="Plan">Text and plan.</param>
internal sealed record Executed(double Milliseconds, string Plan);

/// <summary>
/// Collects plans and times of the very statements that a store runs: the server's auto_explain sends them as notices, and Npgsql logs notices.
/// Needs a superuser.
/// </summary>
internal sealed partial class PlanLog : ILoggerProvider, ILogger
{
    private readonly Lock gate = new();
    private List<Executed> executed = [];

    /// <summary>A connection string whose sessions send their plans.</summary>
    public static string Explaining(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString)
        {
            Options =
                "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_analyze=on -c auto_explain.log_timing=off "
                + "-c auto_explain.log_buffers=on -c auto_explain.log_nested_statements=on -c auto_explain.log_level=notice",
        }.ConnectionString;

    /// <summary>What was run since the last call.</summary>
    public IReadOnlyList<Executed> Take()
    {
        lock (gate)
        {
            var taken = executed;
            executed = [];
            return taken;
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Debug;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (Notice().Match(formatter(state, exception)) is { Success: true } notice)
        {
            lock (gate)
                executed.Add(
                    new Executed(double.Parse(notice.Groups["time"].Value, CultureInfo.InvariantCulture), notice.Groups["plan"].Value)
                );
        }
    }

    public void Dispose() { }

    [GeneratedRegex(
        @"duration: (?<time>[0-9.]+) ms\s+plan:\s*(?<plan>.*)",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Notice();
}
