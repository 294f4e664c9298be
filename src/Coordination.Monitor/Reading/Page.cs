namespace Coordination.Monitor;

/// <summary>How many rows a page has.</summary>
internal static class Page
{
    public const int Default = 100;
    public const int Most = 200;

    public static int Size(int? limit) => Math.Clamp(limit ?? Default, 1, Most);
}
