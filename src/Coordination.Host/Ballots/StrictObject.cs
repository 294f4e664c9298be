using System.Collections.Immutable;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Runs;

namespace Coordination.Host.Ballots;

/// <summary>
/// An object of a file somebody wrote by hand. Notes every member that is unknown, there twice or of another type, with its place, and goes on with what an
/// absent one would mean, so that one reading shows all there is to mend.
/// </summary>
internal sealed class StrictObject
{
    private readonly Dictionary<string, JsonElement> found = new(StringComparer.Ordinal);
    private readonly List<Problem> problems;
    private readonly string path;
    private readonly bool isObject;

    /// <param name="value">What should be an object.</param>
    /// <param name="path">Its place; empty for the whole file.</param>
    /// <param name="what">What it is, for a person: <c>a policy</c>.</param>
    /// <param name="members">Those it may have.</param>
    /// <param name="problems">Where faults go.</param>
    public StrictObject(JsonElement value, string path, string what, IReadOnlyList<string> members, List<Problem> problems)
    {
        (this.path, this.problems) = (path, problems);
        isObject = value.ValueKind == JsonValueKind.Object;
        if (!isObject)
        {
            Add(path.Length == 0 ? "file" : path, $"must be an object, {what}");
            return;
        }
        foreach (var member in value.EnumerateObject())
        {
            if (!members.Contains(member.Name))
            {
                var hint = Nearest.Hint(member.Name, members);
                Fault(member.Name, $"is no member of {what}{hint}; it has {string.Join(", ", members)}", ReasonCode.UnknownField);
            }
            else if (!found.TryAdd(member.Name, member.Value))
            {
                Fault(member.Name, "is there twice");
            }
        }
    }

    public string Place(string member) => path.Length == 0 ? member : $"{path}.{member}";

    /// <summary>An object below; an empty one where it is absent.</summary>
    public StrictObject Object(string member, string what, IReadOnlyList<string> members) =>
        new(
            found.TryGetValue(member, out var value) ? value : JsonSerializer.SerializeToElement(new { }),
            Place(member),
            what,
            members,
            problems
        );

    /// <summary>An object below; null where it is absent or null.</summary>
    public StrictObject? OptionalObject(string member, string what, IReadOnlyList<string> members) =>
        found.TryGetValue(member, out var value) && value.ValueKind != JsonValueKind.Null
            ? new StrictObject(value, Place(member), what, members, problems)
            : null;

    /// <summary>The objects of a list below, none where it is absent.</summary>
    public IEnumerable<StrictObject> Objects(string member, string what, IReadOnlyList<string> members) =>
        Items(member, "objects").Select((item, i) => new StrictObject(item, $"{Place(member)}[{i}]", what, members, problems));

    public string RequiredText(string member)
    {
        if (!found.TryGetValue(member, out var value))
        {
            if (isObject)
                Fault(member, "is missing");
            return "";
        }
        return Text(value, Place(member)) ?? "";
    }

    /// <summary>Null where it is absent or null.</summary>
    public string? Text(string member) =>
        found.TryGetValue(member, out var value) && value.ValueKind != JsonValueKind.Null ? Text(value, Place(member)) : null;

    public ImmutableArray<string> Texts(string member) =>
        [.. Items(member, "strings").Select((item, i) => Text(item, $"{Place(member)}[{i}]") ?? "")];

    public ImmutableArray<int> Wholes(string member)
    {
        var numbers = ImmutableArray.CreateBuilder<int>();
        foreach (var (item, i) in Items(member, "whole numbers").Select((item, i) => (item, i)))
        {
            if (item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number))
                numbers.Add(number);
            else
                Add($"{Place(member)}[{i}]", "must be a whole number of 32 bits");
        }
        return numbers.ToImmutable();
    }

    public bool Flag(string member)
    {
        if (!found.TryGetValue(member, out var value))
            return false;
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Fault(member, "must be true or false");
        return value.ValueKind == JsonValueKind.True;
    }

    public int Whole(string member, int absent)
    {
        if (!found.TryGetValue(member, out var value))
            return absent;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number))
            return number;
        Fault(member, "must be a whole number of 32 bits");
        return absent;
    }

    public double Number(string member, double absent)
    {
        if (!found.TryGetValue(member, out var value))
            return absent;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number))
            return number;
        Fault(member, "must be a number");
        return absent;
    }

    /// <summary>Null where it is absent or null.</summary>
    public double? OptionalNumber(string member) =>
        found.TryGetValue(member, out var value) && value.ValueKind != JsonValueKind.Null ? Number(member, 0) : null;

    /// <summary>As <see cref="OptionalNumber"/>; also what JSON has no number for, as programs write it: "NaN", "Infinity".</summary>
    public double? AnyNumber(string member) =>
        found.TryGetValue(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.ValueEquals("NaN")
                ? double.NaN
                : value.ValueEquals("Infinity")
                    ? double.PositiveInfinity
                    : value.ValueEquals("-Infinity")
                        ? double.NegativeInfinity
                        : OptionalNumber(member)
            : OptionalNumber(member);

    /// <summary>Null where it is absent or null.</summary>
    public DateTimeOffset? Time(string member)
    {
        if (!found.TryGetValue(member, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        // Without a zone it would be the machine's, and the same file would mean another order elsewhere.
        if (
            value.ValueKind == JsonValueKind.String
            && Text(value, Place(member)) is { Length: > 6 } text
            && (text[^1] == 'Z' || text[^6] is '+' or '-' && text.Contains('T'))
            && value.TryGetDateTimeOffset(out var time)
        )
            return time;
        if (!HasFault(member))
            Fault(member, "must be a time with its zone, for example 2026-01-01T00:00:00Z");
        return null;
    }

    /// <summary>One of a few words.</summary>
    public T Word<T>(string member, T absent, IReadOnlyDictionary<string, T> words)
    {
        if (!found.TryGetValue(member, out var value))
            return absent;
        var text = value.ValueKind == JsonValueKind.String ? Text(value, Place(member)) : null;
        if (text is not null && words.TryGetValue(text, out var meant))
            return meant;
        if (!HasFault(member))
            Fault(
                member,
                $"{(text is null ? "must be" : $"is '{text}'{Nearest.Hint(text, words.Keys)} and must be")} one of {string.Join(", ", words.Keys)}"
            );
        return absent;
    }

    private JsonElement[] Items(string member, string what)
    {
        if (!found.TryGetValue(member, out var value))
            return [];
        if (value.ValueKind == JsonValueKind.Array)
            return [.. value.EnumerateArray()];
        Fault(member, $"must be an array of {what}");
        return [];
    }

    private string? Text(JsonElement value, string place)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            Add(place, "must be a string");
            return null;
        }
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            Add(place, "has half of a surrogate pair: write whole characters");
            return null;
        }
    }

    private bool HasFault(string member) => problems is [.., var last] && last.Path == Place(member);

    private void Fault(string member, string rule, string code = ReasonCode.ContractInvalid) => Add(Place(member), rule, code);

    private void Add(string place, string rule, string code = ReasonCode.ContractInvalid) =>
        problems.Add(
            new Problem
            {
                Code = code,
                Path = place,
                Message = $"{place} {rule}.",
            }
        );
}
