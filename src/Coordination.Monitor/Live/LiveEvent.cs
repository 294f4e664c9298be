using System.Text;
using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>Runs that changed. More: so many more did than are sent.</summary>
public sealed record RunPatch(IReadOnlyList<RunSummary> Rows, int More);

/// <summary>Something changed: whoever shows it reads it again.</summary>
public sealed record Changed(DateTimeOffset At);

/// <summary>How old what is shown is, and what the navigation shows.</summary>
public sealed record Pulse(DateTimeOffset At, long LagMs, NavCounts Nav);

/// <summary>One event of the feed, written once for all who hear it.</summary>
/// <remarks>Position: rises by one with every event of this process' feed.</remarks>
internal sealed record LiveEvent(long Position, string Topic, byte[] Bytes)
{
    public static LiveEvent Of<T>(long position, string feed, string topic, T data)
    {
        var json = JsonSerializer.Serialize(data, MonitorJson.Options);
        return new LiveEvent(position, topic, Encoding.UTF8.GetBytes($"id: {feed}-{position}\nevent: {topic}\ndata: {json}\n\n"));
    }
}

/// <summary>Topics there are, and what of the feed somebody hears.</summary>
internal sealed class LiveTopics
{
    public const string Pulse = "pulse";
    public const string Runs = "runs";
    public const string Gap = "gap";
    public const int Most = 30;

    private static readonly string[] Whole =
    [
        // Everybody hears it; a page may say so all the same.
        Pulse,
        "overview",
        Runs,
        "ballots",
        "dead-letters",
        "effects",
        "timers",
        "operations",
        "flow",
        "agents",
    ];
    private static readonly string[] Single = ["run:", "ballot:", "operation:"];
    private readonly HashSet<string> heard;

    private LiveTopics(HashSet<string> heard) => this.heard = heard;

    public IReadOnlyCollection<string> All => heard;

    public bool Hears(string topic) => topic == Pulse || heard.Contains(topic);

    /// <exception cref="Refusal">There is no such topic, or there are too many.</exception>
    public static LiveTopics Parse(string? text)
    {
        var names = (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length > Most)
            throw Refusal.BadRequest("Too many topics", new BodyProblem("BAD_TOPIC", "topics", $"{Most} topics at most."));
        if (names.FirstOrDefault(name => !Exists(name)) is { } unknown)
        {
            throw Refusal.BadRequest(
                "There is no such topic",
                new BodyProblem(
                    "BAD_TOPIC",
                    "topics",
                    $"'{unknown}': there are {string.Join(", ", Whole)}, and run:, ballot:, operation: with an id."
                )
            );
        }
        return new LiveTopics(names.Select(Written).ToHashSet(StringComparer.Ordinal));
    }

    public static string Of(string kind, Guid id) => $"{kind}:{id:D}";

    private static bool Exists(string name) =>
        Whole.Contains(name)
        || Single.Any(kind => name.StartsWith(kind, StringComparison.Ordinal) && Guid.TryParse(name.AsSpan(kind.Length), out _));

    private static string Written(string name) => name.Contains(':', StringComparison.Ordinal) ? name.ToLowerInvariant() : name;
}
