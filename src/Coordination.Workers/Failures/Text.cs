using System.Text;

namespace Coordination.Workers;

/// <summary>Makes text from agents fit to travel and to be shown.</summary>
internal static class Text
{
    /// <summary>Control characters become blanks, broken surrogates are replaced, and what is longer than <paramref name="max"/> is cut.</summary>
    public static string Bounded(string text, int max)
    {
        var clean = new StringBuilder(Math.Min(text.Length, max));
        foreach (var rune in text.EnumerateRunes())
        {
            var next = Rune.IsControl(rune) ? new Rune(' ') : rune;
            if (clean.Length + next.Utf16SequenceLength > max)
            {
                clean.Length = Math.Min(clean.Length, max - 1);
                if (clean.Length > 0 && char.IsHighSurrogate(clean[^1]))
                {
                    clean.Length--;
                }

                clean.Append('…');
                break;
            }

            clean.Append(next.ToString());
        }

        return clean.ToString();
    }
}
