namespace Coordination.Monitor;

/// <summary>The words a run's badge may show, as values of <c>status</c>: statuses as they are stored, and why a run stands still.</summary>
internal static class StatusWords
{
    private static readonly Dictionary<string, string[]> Stills = new(StringComparer.Ordinal)
    {
        ["voting"] = [RunWords.Term("waits", WaitKinds.Ballot)],
        ["waits-for-person"] = [RunWords.Term("waits", WaitKinds.Person)],
        ["retrying"] = [RunWords.Term("waits", WaitKinds.Retry)],
        ["waiting"] =
        [
            RunWords.Term("waits", WaitKinds.Ballot),
            RunWords.Term("waits", WaitKinds.Person),
            RunWords.Term("waits", WaitKinds.Retry),
        ],
        ["stuck"] = [RunWords.Term("stuck", "yes")],
        ["in-doubt"] = [RunWords.Term("indoubt", "yes")],
    };

    public static IReadOnlyList<string> All { get; } = [.. RunStatuses.All, .. Stills.Keys];

    /// <summary>As the badge writes it, or as a term: <c>Waits for person</c> is <c>waits-for-person</c>.</summary>
    public static string Plain(string value)
    {
        var plain = value.Trim().ToLowerInvariant().Replace(' ', '-').Replace('_', '-');
        return plain switch
        {
            "indoubt" => "in-doubt",
            "canceled" => "cancelled",
            "succeeded" or "done" => "completed",
            "waits-for-people" => "waits-for-person",
            _ => plain,
        };
    }

    public static bool IsStored(string word) => RunStatuses.All.Contains(word);

    /// <summary>The terms of the list a word means, any of them.</summary>
    public static IReadOnlyList<string> Terms(string word) => IsStored(word) ? [RunWords.Term("status", word)] : Stills[word];
}
