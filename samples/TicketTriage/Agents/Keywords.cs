using System.Collections;

namespace TicketTriage.Agents;

/// <summary>An ordered list of meanings with the phrases that give them away. Case and line breaks do not matter.</summary>
public sealed class Keywords<T> : IEnumerable<(T Meaning, string[] Phrases)>
    where T : struct
{
    private readonly List<(T Meaning, string[] Phrases)> lines = [];

    public void Add((T Meaning, string[] Phrases) line) => lines.Add(line);

    /// <summary>The first meaning with a phrase in the text; null when there is none.</summary>
    public T? FirstIn(TicketText text)
    {
        var words = string.Join(
            ' ',
            $"{text.Subject} {text.Body}".Replace('’', '\'').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        );
        foreach (var (meaning, phrases) in lines)
        {
            if (phrases.Any(phrase => words.Contains(phrase, StringComparison.OrdinalIgnoreCase)))
            {
                return meaning;
            }
        }

        return null;
    }

    public IEnumerator<(T Meaning, string[] Phrases)> GetEnumerator() => lines.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
