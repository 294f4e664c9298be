using System.Collections;

namespace Coordination.Host.CommandLine;

/// <summary>Where a command reads and writes, and the environment it sees.</summary>
internal sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error)
{
    /// <summary>A person looks at the output: colours, live tables and questions make sense.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>A person looks at the log.</summary>
    public bool IsErrorInteractive { get; init; }

    public IReadOnlyDictionary<string, string?> Environment { get; init; } =
        new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Folder of the optional <c>appsettings.json</c>; null: none is read.</summary>
    public string? Folder { get; init; }

    public static Terminal OfThisProcess() =>
        new(Console.In, Console.Out, Console.Error)
        {
            IsInteractive = !Console.IsOutputRedirected && !Console.IsInputRedirected,
            IsErrorInteractive = !Console.IsErrorRedirected,
            Environment = System
                .Environment.GetEnvironmentVariables()
                .Cast<DictionaryEntry>()
                .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value, StringComparer.OrdinalIgnoreCase),
            Folder = Directory.GetCurrentDirectory(),
        };
}
