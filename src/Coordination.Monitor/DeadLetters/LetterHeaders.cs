namespace Coordination.Monitor;

/// <summary>Headers of a message as they may be shown: strangers put anything into them. Pure.</summary>
internal static class LetterHeaders
{
    public const string Hidden = "(hidden)";
    private const int Longest = 500;

    private static readonly string[] Secret = ["auth", "cookie", "credential", "key", "passw", "secret", "session", "signature", "token"];

    // Ours count tokens of models; none of them holds a secret.
    private const string Ours = "coord-";

    public static IReadOnlyDictionary<string, string> Shown(IReadOnlyDictionary<string, string>? headers) =>
        (headers ?? new Dictionary<string, string>())
            .OrderBy(header => header.Key, StringComparer.Ordinal)
            .ToDictionary(header => header.Key, header => IsSecret(header.Key) ? Hidden : Short(header.Value), StringComparer.Ordinal);

    private static bool IsSecret(string name) =>
        !name.StartsWith(Ours, StringComparison.OrdinalIgnoreCase)
        && Secret.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string Short(string value) => value.Length <= Longest ? value : value[..Longest] + "…";
}
