using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Coordination.Sagas.Consensus;

/// <summary>Where a recorded line and the one the rules write are not the same, member by member.</summary>
internal static class LineDifference
{
    private const int Longest = 240;

    // Members of newly written lines. A line that lacks one was written before; whoever takes one away gains nothing, for each only repeats what the line says
    // elsewhere, or what nobody can check.
    private static readonly FrozenSet<string> AddedLater = FrozenSet.Create(StringComparer.Ordinal, "cancel", "report", "vote.fromHere");

    /// <summary>For example <c>close.leading is "refund"; the rules would have written "review"</c>. Empty where the lines say the same.</summary>
    public static IReadOnlyList<string> Of(string recorded, string byRules)
    {
        if (recorded == byRules)
            return [];
        using var one = JsonDocument.Parse(recorded);
        using var other = JsonDocument.Parse(byRules);
        return [.. Of("", one.RootElement, other.RootElement)];
    }

    /// <summary>A line, or as much of it as a person reads.</summary>
    public static string Shown(string text) => text.Length <= Longest ? text : text[..Longest] + "…";

    private static IEnumerable<string> Of(string path, JsonElement? recorded, JsonElement? byRules) =>
        recorded is null && AddedLater.Contains(path) ? []
        : recorded is { } one && byRules is { } other ? Of(path, one, other)
        : [Said(path, recorded, byRules)];

    private static IEnumerable<string> Of(string path, JsonElement recorded, JsonElement byRules) =>
        (recorded.ValueKind, byRules.ValueKind) switch
        {
            (JsonValueKind.Object, JsonValueKind.Object) => OfObjects(path, recorded, byRules),
            (JsonValueKind.Array, JsonValueKind.Array) => Enumerable
                .Range(0, Math.Max(recorded.GetArrayLength(), byRules.GetArrayLength()))
                .SelectMany(i => Of($"{path}[{i}]", At(recorded, i), At(byRules, i))),
            _ => AreSame(recorded, byRules) ? [] : [Said(path, recorded, byRules)],
        };

    private static IEnumerable<string> OfObjects(string path, JsonElement recorded, JsonElement byRules)
    {
        var names = byRules
            .EnumerateObject()
            .Concat(recorded.EnumerateObject())
            .Select(member => member.Name)
            .Distinct(StringComparer.Ordinal);
        foreach (var name in names)
        {
            foreach (var difference in Of(path.Length == 0 ? name : $"{path}.{name}", Member(recorded, name), Member(byRules, name)))
                yield return difference;
        }
        // Who reads the line may take the first or the last of two.
        var twice = recorded.EnumerateObject().GroupBy(member => member.Name, StringComparer.Ordinal).Where(same => same.Count() > 1);
        foreach (var same in twice)
            yield return $"{(path.Length == 0 ? same.Key : $"{path}.{same.Key}")} is there {same.Count()} times; the rules would have written it once";
    }

    private static bool AreSame(JsonElement recorded, JsonElement byRules) =>
        (recorded.ValueKind, byRules.ValueKind) switch
        {
            (JsonValueKind.String, JsonValueKind.String) => recorded.ValueEquals(byRules.GetString()),
            // Logarithms differ in the last digit between processors.
            (JsonValueKind.Number, JsonValueKind.Number) => recorded.GetRawText() == byRules.GetRawText()
                || Math.Abs(recorded.GetDouble() - byRules.GetDouble()) <= Weights.Tolerance,
            var (one, other) => one == other,
        };

    private static string Said(string path, JsonElement? recorded, JsonElement? byRules) =>
        string.Create(CultureInfo.InvariantCulture, $"{path} is {Shown(recorded)}; the rules would have written {Shown(byRules)}");

    private static string Shown(JsonElement? value) => value is { } said ? Shown(said.GetRawText()) : "nothing there";

    private static JsonElement? Member(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value : null;

    private static JsonElement? At(JsonElement list, int i) => i < list.GetArrayLength() ? list[i] : null;
}
