using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Contracts;

/// <summary>
/// Walks a body beside the shape its contract has and notes every member that is unknown, missing, null or of another type. Agents' own
/// data is walked too: what no database can keep as JSON (half characters, U+0000, numbers beyond a double) is refused here, at the door.
/// </summary>
internal sealed class BodyCheck
{
    /// <summary>Enough to mend a message; a hostile one could otherwise make us write a book.</summary>
    internal const int MaxProblems = 100;

    private const int MaxNumberLength = 64;

    private readonly bool _unknownMembersPass;
    private readonly List<Problem> _problems = [];
    private readonly List<(string? Name, int Index)> _path = [];

    private BodyCheck(bool unknownMembersPass) => _unknownMembersPass = unknownMembersPass;

    public static IReadOnlyList<Problem> Check(JsonElement body, Type type, bool unknownMembersPass)
    {
        var check = new BodyCheck(unknownMembersPass);
        check.Visit(body, BodyShape.Of(type));
        return check._problems;
    }

    private void Visit(JsonElement value, BodyShape shape)
    {
        if (_problems.Count >= MaxProblems)
        {
            return;
        }

        switch (shape.Kind)
        {
            case ShapeKind.Free:
                VisitFree(value);
                break;
            case ShapeKind.Object when Is(value, JsonValueKind.Object, "an object"):
                VisitObject(value, shape);
                break;
            case ShapeKind.Map when Is(value, JsonValueKind.Object, "an object"):
                VisitMap(value, shape.Element!);
                break;
            case ShapeKind.List when Is(value, JsonValueKind.Array, "an array"):
                VisitList(value, shape.Element!);
                break;
            case ShapeKind.Text when Is(value, JsonValueKind.String, "a string"):
                VisitText(value);
                break;
            case ShapeKind.Id when Is(value, JsonValueKind.String, "a string with a UUID") && !value.TryGetGuid(out _):
                Fault("must be a UUID such as 0198c5a0-7c1e-7d52-9a3b-2f6d1e0c4b5a");
                break;
            case ShapeKind.Int32 when Is(value, JsonValueKind.Number, "a whole number") && !value.TryGetInt32(out _):
                Fault("must be a whole number of 32 bits");
                break;
            case ShapeKind.Int64 when Is(value, JsonValueKind.Number, "a whole number") && !value.TryGetInt64(out _):
                Fault("must be a whole number of 64 bits");
                break;
            case ShapeKind.Number when Is(value, JsonValueKind.Number, "a number"):
                VisitNumber(value);
                break;
            case ShapeKind.Flag when value.ValueKind is not (JsonValueKind.True or JsonValueKind.False):
                _ = Is(value, JsonValueKind.True, "true or false");
                break;
        }
    }

    private void VisitObject(JsonElement value, BodyShape shape)
    {
        var requiredFound = 0;
        foreach (var property in value.EnumerateObject())
        {
            _path.Add((property.Name, 0));
            if (shape.Members.TryGetValue(property.Name, out var member))
            {
                requiredFound += member.Required ? 1 : 0;
                Visit(property.Value, member.Shape);
            }
            else if (_unknownMembersPass)
            {
                VisitFree(property.Value);
            }
            else
            {
                Fault(
                    "is no member of this contract at the sender's minor version: look for a typing error or an old name",
                    ReasonCode.UnknownField
                );
            }

            Leave();
        }

        if (requiredFound == shape.Members.Values.Count(member => member.Required))
        {
            return;
        }

        foreach (var pair in shape.Members.Where(pair => pair.Value.Required && !value.TryGetProperty(pair.Key, out _)))
        {
            _path.Add((pair.Key, 0));
            Fault("is missing: a required member is never defaulted");
            Leave();
        }
    }

    private void VisitMap(JsonElement value, BodyShape element)
    {
        foreach (var property in value.EnumerateObject())
        {
            _path.Add((property.Name, 0));
            VisitName(property.Name);
            Visit(property.Value, element);
            Leave();
        }
    }

    private void VisitList(JsonElement value, BodyShape element)
    {
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            _path.Add((null, index++));
            Visit(item, element);
            Leave();
        }
    }

    private void VisitFree(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    _path.Add((property.Name, 0));
                    VisitName(property.Name);
                    VisitFree(property.Value);
                    Leave();
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    _path.Add((null, index++));
                    VisitFree(item);
                    Leave();
                }

                break;
            case JsonValueKind.String:
                VisitText(value);
                break;
            case JsonValueKind.Number:
                VisitNumber(value);
                break;
        }
    }

    private void VisitText(JsonElement value)
    {
        // Without an escape there is neither a half character (the body is UTF-8) nor U+0000 (JSON forbids it raw).
        if (JsonMarshal.GetRawUtf8Value(value).IndexOf((byte)'\\') < 0)
        {
            return;
        }

        try
        {
            VisitName(value.GetString()!);
        }
        catch (InvalidOperationException)
        {
            Fault("has half of a surrogate pair: send whole characters");
        }
    }

    private void VisitName(string text)
    {
        if (text.Contains('\0'))
        {
            Fault("contains U+0000, which no database keeps in JSON");
        }
    }

    private void VisitNumber(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        var finite = value.TryGetDouble(out var number) && !double.IsInfinity(number);
        var vanished = number == 0 && raw.IndexOfAny((byte)'e', (byte)'E') >= 0 && raw[0] is not (byte)'0' && !raw.StartsWith("-0"u8);
        if (raw.Length > MaxNumberLength || !finite || vanished)
        {
            Fault($"must be a number within the range of a double, written in at most {MaxNumberLength} characters");
        }
    }

    private bool Is(JsonElement value, JsonValueKind kind, string expected)
    {
        if (value.ValueKind == kind)
        {
            return true;
        }

        Fault(
            value.ValueKind == JsonValueKind.Null
                ? $"must be {expected}, not null: leave out an optional member that has no value"
                : $"must be {expected}"
        );
        return false;
    }

    private void Leave() => _path.RemoveAt(_path.Count - 1);

    private void Fault(string rule, string code = ReasonCode.ContractInvalid)
    {
        if (_problems.Count >= MaxProblems)
        {
            return;
        }

        var path = Path();
        _problems.Add(
            new Problem
            {
                Code = code,
                Path = path,
                Message = $"{path} {rule}.",
            }
        );
    }

    private string Path()
    {
        var text = new StringBuilder();
        foreach (var (name, index) in _path)
        {
            if (name is null)
            {
                text.Append('[').Append(index).Append(']');
                continue;
            }

            text.Append(text.Length == 0 ? "" : ".");
            foreach (var character in name.Take(64))
            {
                text.Append(char.IsControl(character) ? '?' : character);
            }
        }

        return text.Length == 0 ? "body" : text.ToString();
    }
}
