using System.Globalization;

namespace Coordination.Monitor;

/// <summary>From and to, either of which may be open; the upper end is left out where it says so.</summary>
internal sealed record Span<T>(T? From, T? To, bool FromIncluded = true, bool ToIncluded = true)
    where T : struct;

/// <summary>Reads times, durations, numbers and ids of a query.</summary>
internal static class QueryValues
{
    // Longer times lead out of what a clock can say.
    private const int LastYear = 9_000;
    private const long Century = 100L * 366 * 86_400_000;

    /// <summary>What is wrong with a value; null: nothing.</summary>
    public static string? Fault(FieldKind kind, string op, string value) =>
        kind switch
        {
            FieldKind.Time when Times(op, value, DateTimeOffset.UnixEpoch.AddYears(60)) is null =>
                "a time is -2h, -3d (ago) or 2026-11-01 or 2026-11-01T10:30 (UTC); a range is two of them with .. between.",
            FieldKind.Duration when Numbers(op, value, Milliseconds) is null =>
                "a duration is 500ms, 30s, 5m, 2h or 3d; a range is two of them with .. between.",
            FieldKind.Number when Numbers(op, value, Count) is null => "a number is 3, 10k or 2m; a range is two of them with .. between.",
            FieldKind.Dollars when Numbers(op, value, MicroDollars) is null =>
                "an amount is in dollars, like 0.50; a range is two of them with .. between.",
            FieldKind.Id when Id(value) is null =>
                "an id is hexadecimal: at least two digits of its beginning, four of its end, or the whole.",
            _ => null,
        };

    public static Span<DateTimeOffset>? Times(string op, string value, DateTimeOffset now)
    {
        if (value.Split("..") is [var low, var high])
        {
            var (from, to) = (Time(low, now), Time(high, now));
            return (low.Length > 0 && from is null) || (high.Length > 0 && to is null) || (from is null && to is null)
                ? null
                : new(from?.At, to is { } end ? end.At + end.Length : null, ToIncluded: to?.Length == TimeSpan.Zero);
        }
        if (Time(value, now) is not { } time)
            return null;
        return op switch
        {
            ">" => new(time.At + time.Length, null, FromIncluded: time.Length > TimeSpan.Zero),
            ">=" => new(time.At, null),
            "<" => new(null, time.At, ToIncluded: false),
            "<=" => new(null, time.At + time.Length, ToIncluded: time.Length == TimeSpan.Zero),
            // A day is all of it; "two hours ago" is since then.
            _ => time.Length > TimeSpan.Zero ? new(time.At, time.At + time.Length, ToIncluded: false) : new(time.At, null),
        };
    }

    public static Span<long>? Numbers(string op, string value, Func<string, long?> read)
    {
        if (value.Split("..") is [var low, var high])
        {
            var (from, to) = (read(low), read(high));
            return (low.Length > 0 && from is null) || (high.Length > 0 && to is null) || (from is null && to is null)
                ? null
                : new(from, to);
        }
        if (read(value) is not { } number)
            return null;
        return op switch
        {
            ">" => new(number, null, FromIncluded: false),
            ">=" => new(number, null),
            "<" => new(null, number, ToIncluded: false),
            "<=" => new(null, number),
            _ => new(number, number),
        };
    }

    public static long? Milliseconds(string text)
    {
        var (number, unit) = Split(text);
        long? scale = unit switch
        {
            "ms" => 1,
            "" or "s" => 1_000,
            "m" or "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => null,
        };
        return scale is { } of && Scaled(number, of) is { } milliseconds && milliseconds <= Century ? milliseconds : null;
    }

    public static long? Count(string text)
    {
        var (number, unit) = Split(text);
        long? scale = unit switch
        {
            "" => 1,
            "k" => 1_000,
            "m" => 1_000_000,
            _ => null,
        };
        return scale is null ? null : Scaled(number, scale.Value);
    }

    public static long? MicroDollars(string text) => Scaled(text.TrimStart('$'), 1_000_000);

    /// <summary>The id, or what is said of it.</summary>
    public static IdFragment? Id(string text) => IdFragment.Parse(text, least: 2);

    private static (DateTimeOffset At, TimeSpan Length)? Time(string text, DateTimeOffset now)
    {
        if (text == "now")
            return (now, TimeSpan.Zero);
        if (text is ['-', _, ..] && Milliseconds(text[1..]) is { } ago && char.IsAsciiLetter(text[^1]))
            return (now - TimeSpan.FromMilliseconds(ago), TimeSpan.Zero);
        if (DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day))
            return day.Year > LastYear ? null : (day, TimeSpan.FromDays(1));
        return
            text.Length >= 16
            && text[4] == '-'
            && DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var time
            )
            && time.Year <= LastYear
            ? (time, TimeSpan.Zero)
            : null;
    }

    private static (string Number, string Unit) Split(string text)
    {
        var end = text.Length;
        while (end > 0 && char.IsAsciiLetter(text[end - 1]))
            end--;
        return (text[..end], text[end..].ToLowerInvariant());
    }

    private static long? Scaled(string text, long scale) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number <= 1_000_000_000_000_000m / scale
            ? (long)(number * scale)
            : null;
}
