namespace Coordination.Monitor;

/// <summary>A text without what differs from case to case: words with digits in them, such as numbers, ids and amounts. Pure.</summary>
internal static class AlikeText
{
    private const int Most = 200;
    private static readonly char[] Marks = ['?', '!', ',', ';', ':', '.', ')', '"'];

    public static string Of(string text) => string.Join(' ', (text.Length > Most ? text[..Most] : text).Split(' ').Select(Word));

    private static string Word(string word) => word.Any(char.IsAsciiDigit) ? "…" + word[word.TrimEnd(Marks).Length..] : word;
}
