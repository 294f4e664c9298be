namespace Coordination.Contracts;

/// <summary>The text formats that occur in bodies and headers, as predicates.</summary>
internal static class WireFormat
{
    /// <summary>1 to 64 of a-z 0-9 -</summary>
    public static bool IsName(string value) => value.Length is >= 1 and <= 64 && value.All(c => IsLowerOrDigit(c) || c == '-');

    /// <summary>1 to 64 of a-z 0-9 - _</summary>
    public static bool IsStepId(string value) => value.Length is >= 1 and <= 64 && value.All(c => IsLowerOrDigit(c) || c is '-' or '_');

    /// <summary>Names joined by dots and a major version at the end, at most 100 characters: <c>refund.v1</c>.</summary>
    public static bool IsContractId(string value) => TrySplitContractId(value, out _, out _);

    public static bool TrySplitContractId(string value, out string name, out int major)
    {
        (name, major) = ("", 0);
        var mark = value.LastIndexOf(".v", StringComparison.Ordinal);
        if (value.Length > 100 || mark < 1)
        {
            return false;
        }

        name = value.Substring(0, mark);
        var digits = value.Substring(mark + 2);
        return name.Split('.').All(IsName) && TryCount(digits, 9999, out major) && digits[0] != '0';
    }

    /// <summary>Decimal digits only: no sign, no blank, no point.</summary>
    public static bool TryCount(string value, int max, out int number)
    {
        var ok = TryCount(value, (long)max, out var wide);
        number = (int)wide;
        return ok;
    }

    /// <inheritdoc cref="TryCount(string,int,out int)"/>
    public static bool TryCount(string value, long max, out long number)
    {
        if (value.Length is >= 1 and <= 19 && value.All(c => c is >= '0' and <= '9') && long.TryParse(value, out number) && number <= max)
        {
            return true;
        }

        number = 0;
        return false;
    }

    /// <summary>32 hexadecimal digits in five groups. The framework's parser alone would let blanks and, on old runtimes, signs pass.</summary>
    public static bool TryId(string value, out Guid id) =>
        Guid.TryParseExact(value, "D", out id) && string.Equals(id.ToString("D"), value, StringComparison.OrdinalIgnoreCase);

    /// <summary>Printable ASCII, so that every client and log can show it.</summary>
    public static bool IsVisibleText(string value, int max) =>
        value.Length >= 1 && value.Length <= max && value.All(c => c is >= ' ' and <= '~');

    /// <summary>W3C trace context: version 00 exactly, later versions by their first four parts.</summary>
    public static bool IsTraceParent(string value)
    {
        if (value.Length < 55 || value.Length > 200 || value[2] != '-' || value[35] != '-' || value[52] != '-')
        {
            return false;
        }

        var version = value.Substring(0, 2);
        return IsHex(version)
            && version != "ff"
            && (version == "00" ? value.Length == 55 : value.Length == 55 || value[55] == '-')
            && IsHex(value.Substring(3, 32))
            && value.Substring(3, 32).Any(c => c != '0')
            && IsHex(value.Substring(36, 16))
            && value.Substring(36, 16).Any(c => c != '0')
            && IsHex(value.Substring(53, 2));
    }

    private static bool IsHex(string value) => value.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f');

    private static bool IsLowerOrDigit(char c) => c is >= 'a' and <= 'z' or >= '0' and <= '9';
}
