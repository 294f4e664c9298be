using System.Text;

namespace Coordination.Monitor;

/// <summary>What the list's search finds a run by: terms of the form <c>field=value</c>, and words.</summary>
internal static class RunWords
{
    private const int MostCharacters = 4_000;

    /// <summary>Everything that is looked up as a whole. The status has a column and an index of its own, too: in order of acceptance.</summary>
    public static IReadOnlyList<string> Terms(RunSummary run, string? traceId)
    {
        var terms = new List<string>();
        void Add(string field, string? value)
        {
            if (value is { Length: > 0 })
                terms.Add(Term(field, value));
        }
        Add("status", run.Status);
        Add("name", run.Name);
        Add("tenant", run.Tenant);
        Add("requester", run.Requester);
        Add("scope", run.BusinessScope);
        Add("reason", run.Reason);
        Add("step", run.FailedStep);
        Add("waits", run.WaitKind);
        Add("stuck", run.Stuck is null ? null : "yes");
        Add("indoubt", run.InDoubt ? "yes" : null);
        Add("trace", traceId);
        foreach (var agent in run.Agents)
            Add("agent", agent);
        return terms;
    }

    public static string Term(string field, string value) => $"{field}={value.ToLowerInvariant()}";

    /// <summary>Everything free words are looked for in, as plain words.</summary>
    public static string Words(RunSummary run) =>
        Plain(
            string.Join(
                ' ',
                [
                    run.Name,
                    run.Requester,
                    run.BusinessScope,
                    run.Reason,
                    run.FailedStep,
                    run.FailedDetail,
                    .. run.Agents,
                    run.CurrentStep,
                    run.WaitsFor,
                ]
            )
        );

    /// <summary>Letters and digits in lower case, one space between words: both what is stored and what is asked for become this.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(Math.Min(text.Length, MostCharacters));
        foreach (var rune in text.EnumerateRunes())
        {
            if (plain.Length >= MostCharacters)
                break;
            if (Rune.IsLetterOrDigit(rune))
                plain.Append(Rune.ToLowerInvariant(rune).ToString());
            else if (plain.Length > 0 && plain[^1] != ' ')
                plain.Append(' ');
        }
        return plain.ToString().TrimEnd();
    }
}
