using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Contracts;

/// <summary>Collects what is wrong with a message; each method is one kind of rule.</summary>
/// <param name="closedLists">Whether values of closed lists must be known. They need not when the sender is newer than this build.</param>
internal sealed class Findings(bool closedLists)
{
    private readonly List<Problem> _problems = [];

    public IReadOnlyList<Problem> Problems => _problems;

    public void Fault(string path, string rule)
    {
        if (_problems.Count < BodyCheck.MaxProblems)
        {
            _problems.Add(
                new Problem
                {
                    Code = ReasonCode.ContractInvalid,
                    Path = path,
                    Message = $"{path} {rule}.",
                }
            );
        }
    }

    public void Id(string path, Guid value)
    {
        if (value == Guid.Empty)
        {
            Fault(path, "must not be all zeros");
        }
    }

    public void Range(string path, long value, long min, long max)
    {
        if (value < min || value > max)
        {
            Fault(path, $"is {value} and must be {min} to {max}");
        }
    }

    public void Text(string path, string value, int max)
    {
        if (value.Length > max || string.IsNullOrWhiteSpace(value))
        {
            Fault(path, $"must have 1 to {max} characters and not be blank");
        }
    }

    public void VisibleText(string path, string value, int max)
    {
        if (!WireFormat.IsVisibleText(value, max))
        {
            Fault(path, $"must be 1 to {max} printable ASCII characters");
        }
    }

    public void Name(string path, string value)
    {
        if (!WireFormat.IsName(value))
        {
            Fault(path, "must be 1 to 64 of a-z 0-9 -");
        }
    }

    public void StepId(string path, string value)
    {
        if (!WireFormat.IsStepId(value))
        {
            Fault(path, "must be 1 to 64 of a-z 0-9 - _");
        }
    }

    public void QuestionId(string path, string value) => VisibleText(path, value, Bounds.QuestionIdLength);

    public void ContractId(string path, string value)
    {
        if (!WireFormat.IsContractId(value))
        {
            Fault(path, "must be a contract id such as refund.v1");
        }
    }

    public void Reason(string path, string value)
    {
        if (closedLists && !ReasonCode.All.Contains(value))
        {
            Fault(path, "must be one of the reason codes");
        }
        else if (value.Length is 0 or > 64)
        {
            Fault(path, "must have 1 to 64 characters");
        }
    }

    /// <summary>Problems of a refusal; the first one's code is its reason.</summary>
    public void Refusal(string reason, IReadOnlyList<Problem> problems)
    {
        Reason("reason", reason);
        Count("problems", problems.Count, 1, Bounds.Problems);
        for (var i = 0; i < problems.Count; i++)
        {
            Reason($"problems[{i}].code", problems[i].Code);
            Text($"problems[{i}].path", problems[i].Path, Bounds.ProblemPathLength);
            Text($"problems[{i}].message", problems[i].Message, Bounds.ProblemMessageLength);
        }

        if (problems.Count > 0 && !string.Equals(problems[0].Code, reason, StringComparison.Ordinal))
        {
            Fault("reason", "must be the code of the first problem");
        }
    }

    /// <summary>How a ballot ended.</summary>
    public void Outcome(string path, string value)
    {
        if (value is { Length: 0 or > 64 } || (closedLists && value != BallotOutcomes.Decided && !ReasonCode.All.Contains(value)))
        {
            Fault(path, "must be DECIDED or a reason code");
        }
    }

    public void Class(string path, string value)
    {
        if (closedLists && !FailureClass.All.Contains(value))
        {
            Fault(path, $"must be one of {string.Join(", ", FailureClass.All)}");
        }
        else if (value.Length is 0 or > 64)
        {
            Fault(path, "must have 1 to 64 characters");
        }
    }

    public void Object(string path, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Fault(path, "must be a JSON object");
        }
    }

    /// <summary>Any JSON, null included; only a member that was never set is a fault.</summary>
    public void AnyJson(string path, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            Fault(path, "is missing");
        }
    }

    public void Count(string path, int count, int min, int max)
    {
        if (count < min || count > max)
        {
            Fault(path, $"has {count} entries and must have {min} to {max}");
        }
    }

    /// <summary>Ids of steps, each once.</summary>
    public void Missing(string path, IReadOnlyList<string>? missing, int most)
    {
        if (missing is null)
        {
            return;
        }

        Count(path, missing.Count, 1, most);
        for (var i = 0; i < missing.Count && i < most; i++)
        {
            Text($"{path}[{i}]", missing[i], Bounds.MissingLength);
        }
    }

    public void StepIds(string path, IReadOnlyList<string> ids)
    {
        Count(path, ids.Count, 0, Bounds.Steps);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < ids.Count; i++)
        {
            StepId($"{path}[{i}]", ids[i]);
            if (!seen.Add(ids[i]))
            {
                Fault($"{path}[{i}]", "is in the list already");
            }
        }
    }

    /// <summary>No step is in both lists.</summary>
    public void Apart(string path, IReadOnlyList<string> ids, string otherPath, IReadOnlyList<string> others)
    {
        var other = new HashSet<string>(others, StringComparer.Ordinal);
        for (var i = 0; i < ids.Count; i++)
        {
            if (other.Contains(ids[i]))
            {
                Fault($"{path}[{i}]", $"is in {otherPath} too");
            }
        }
    }

    public void Outputs(string path, IReadOnlyDictionary<string, JsonElement> outputs)
    {
        Count(path, outputs.Count, 0, Bounds.Steps);
        foreach (var output in outputs)
        {
            StepId($"{path}.{output.Key}", output.Key);
            AnyJson($"{path}.{output.Key}", output.Value);
        }
    }
}
