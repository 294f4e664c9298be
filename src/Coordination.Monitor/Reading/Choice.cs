namespace Coordination.Monitor;

/// <summary>Parameters of queries that are one of a few words.</summary>
internal static class Choice
{
    /// <summary>One of the words allowed.</summary>
    /// <exception cref="Refusal">It is another.</exception>
    public static string? OneOf(string name, string? value, params IReadOnlyList<string> allowed) =>
        string.IsNullOrEmpty(value) ? null
        : allowed.Contains(value) ? value
        : throw Refusal.BadRequest(
            $"There is no {name} of this name",
            new BodyProblem("UNKNOWN_VALUE", name, $"'{name}' is one of {string.Join(", ", allowed)}.")
        );
}
