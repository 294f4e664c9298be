using System.Text.Json;

namespace Coordination.Workers;

/// <summary>Says what is wrong with JSON in our own words: the serializer's messages name .NET types and may repeat content.</summary>
internal static class JsonFault
{
    public static string Describe(JsonException fault, Type expected)
    {
        var text = fault.Message;
        if (text.Contains("missing required", StringComparison.Ordinal))
        {
            return $"required members are missing: {Names(text, "including:")}.";
        }

        if (text.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return "an unknown member; only the members of the contract are allowed.";
        }

        if (text.Contains("allow setting null", StringComparison.Ordinal) || text.Contains("allow getting null", StringComparison.Ordinal))
        {
            return "null is not allowed here.";
        }

        if (text.Contains("uplicate", StringComparison.Ordinal))
        {
            return "a member occurs twice.";
        }

        return $"the value does not fit the contract ({expected.Name}).";
    }

    // "... was missing required properties including: 'orderId', 'amountCents'."
    private static string Names(string text, string after)
    {
        var start = text.IndexOf(after, StringComparison.Ordinal);
        return start < 0 ? "see the contract" : text[(start + after.Length)..].Split(". ")[0].Trim(' ', '.');
    }
}
