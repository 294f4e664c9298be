using System.Text;
using System.Text.Json;
using Coordination.Contracts.V1;
using Coordination.Persistence;

namespace Coordination.Sagas.Runs;

/// <summary>Which of several answers say the same: <c>exact</c>, <c>fields</c> or <c>numeric</c>.</summary>
internal static class AnswerComparison
{
    /// <summary>One answer of each kind, in the order they were given. An answer is of the kind of the first it equals.</summary>
    public static IReadOnlyList<JsonElement> Distinct(IEnumerable<JsonElement> answers, AgreementPlan agreement)
    {
        var kinds = new List<JsonElement>();
        foreach (var answer in answers)
        {
            if (!kinds.Any(kind => AreEqual(kind, answer, agreement)))
                kinds.Add(answer);
        }
        return kinds;
    }

    public static bool AreEqual(JsonElement a, JsonElement b, AgreementPlan agreement)
    {
        if (agreement.Compare is null or "exact")
            return Canonical(a) == Canonical(b);
        var tolerance = agreement.Compare == "numeric" ? agreement.Tolerance ?? 0 : (double?)null;
        return agreement.Fields is { Count: > 0 } fields
            ? fields.All(field => Same(JsonPointer.Find(a, field), JsonPointer.Find(b, field), tolerance))
            : Same(a, b, tolerance);
    }

    private static bool Same(JsonElement? a, JsonElement? b, double? tolerance) =>
        a is { } left && b is { } right && Same(left, right, tolerance);

    private static bool Same(JsonElement a, JsonElement b, double? tolerance)
    {
        if (tolerance is null)
            return Canonical(a) == Canonical(b);
        if (a.ValueKind != b.ValueKind)
            return false;
        return a.ValueKind switch
        {
            JsonValueKind.Number => Math.Abs(a.GetDouble() - b.GetDouble()) <= tolerance,
            JsonValueKind.Array => a.GetArrayLength() == b.GetArrayLength()
                && a.EnumerateArray().Zip(b.EnumerateArray()).All(pair => Same(pair.First, pair.Second, tolerance)),
            JsonValueKind.Object => a.EnumerateObject().Count() == b.EnumerateObject().Count()
                && a.EnumerateObject().All(member => b.TryGetProperty(member.Name, out var other) && Same(member.Value, other, tolerance)),
            _ => Canonical(a) == Canonical(b),
        };
    }

    private static string Canonical(JsonElement value) => Encoding.UTF8.GetString(CanonicalJson.Of(value));
}
