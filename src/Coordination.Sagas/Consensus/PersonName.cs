namespace Coordination.Sagas.Consensus;

/// <summary>Names of people as ballots compare them: spaces around them and case make nobody somebody else.</summary>
internal static class PersonName
{
    public static bool IsSame(string one, string other) => one.Trim().Equals(other.Trim(), StringComparison.OrdinalIgnoreCase);

    /// <summary>The same text for every way to write the name.</summary>
    public static string Key(string name) => name.Trim().ToUpperInvariant();
}
