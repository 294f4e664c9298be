namespace Coordination.Monitor;

/// <summary>
/// A piece of an id as lists show it: its beginning, its end (<c>…9a43de</c>), both (<c>0199e9eb…9a43</c>), or one of the two, when nothing says which.
/// </summary>
/// <remarks>IsEither: Begin and End are the same digits, and one of them is enough.</remarks>
internal sealed record IdFragment(string Begin, string End, bool IsEither = false)
{
    /// <summary>Digits of a UUID.</summary>
    private const int Whole = 32;

    /// <summary>Fewer digits at the end are shared by too many: of a million ids, two by four thousand.</summary>
    private const int LeastOfEnd = 4;

    /// <summary>The first and the last id that begins so.</summary>
    public (Guid First, Guid Last) Range =>
        (Guid.ParseExact(Begin.PadRight(Whole, '0'), "N"), Guid.ParseExact(Begin.PadRight(Whole, 'f'), "N"));

    /// <summary>The piece a text is; null when it is none or has fewer digits than <paramref name="least"/>.</summary>
    public static IdFragment? Parse(string text, int least)
    {
        var pieces = text.ToLowerInvariant()
            .Replace("...", "…", StringComparison.Ordinal)
            .Replace("..", "…", StringComparison.Ordinal)
            .Replace("-", "", StringComparison.Ordinal)
            .Split('…');
        if (pieces.Length > 2 || pieces.Any(piece => !piece.All(char.IsAsciiHexDigit)))
            return null;
        var digits = pieces.Sum(piece => piece.Length);
        if (digits < least || digits > Whole)
            return null;
        if (pieces is [var begin, var end])
            return begin.Length == 0 && end.Length < LeastOfEnd ? null : new(begin, end);
        return digits is < LeastOfEnd or Whole ? new(pieces[0], "") : new(pieces[0], pieces[0], IsEither: true);
    }
}
