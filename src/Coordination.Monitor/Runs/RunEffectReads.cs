using Coordination.Workers;

namespace Coordination.Monitor;

/// <summary>The effects of a run at an earlier moment, made from the journal's lines of before.</summary>
internal sealed class RunEffectReads(EffectReads effects, RunPageReads page)
{
    /// <summary>Effects and lines at most; beyond them the page says that there are more.</summary>
    private const int Most = 1_000;
    private const int MostLines = 20_000;

    public async Task<EffectPage> ThenAsync(RunFile file, CancellationToken cancellationToken)
    {
        var known = new List<EffectView>();
        string? after = null;
        do
        {
            var next = await effects.PageAsync(null, file.Run.RunId, null, after, Page.Most, cancellationToken);
            known.AddRange(next.Rows);
            after = next.Next;
        } while (after is not null && known.Count < Most);
        var lines = await page.JournalAsync(file, 0, MostLines, cancellationToken);
        return new EffectPage(EffectsThen.Of(file, known, lines), after);
    }
}

/// <summary>Folds a journal into its effects as they stood. Pure.</summary>
internal static class EffectsThen
{
    /// <param name="file">As of the moment.</param>
    /// <param name="now">All effects there are: what does not change is taken from them.</param>
    /// <param name="journal">The lines of before the moment.</param>
    public static IReadOnlyList<EffectView> Of(RunFile file, IReadOnlyList<EffectView> now, IReadOnlyList<JournalRow> journal)
    {
        var states = EffectHistory.Of(journal.Select(Record));
        var asked = file.Steps.Select(step => step.QuestionId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return
        [
            .. now.Where(effect => states.ContainsKey(effect.Key))
                .Select(effect =>
                {
                    var state = states[effect.Key];
                    return effect with
                    {
                        Status = state.Status.ToString().ToLowerInvariant(),
                        Calls = state.Calls,
                        ChangedAt = state.EndedAt ?? state.CalledAt,
                        QuestionId = state.Status == EffectStatus.InDoubt && asked.Contains(state.QuestionId) ? state.QuestionId : null,
                        // Nobody is asked about a moment that is past.
                        ResultExample = null,
                        LastDetail = state.Status == EffectStatus.Succeeded ? null : state.Detail,
                    };
                })
                .OrderBy(effect => effect.Status != "indoubt")
                .ThenByDescending(effect => effect.CreatedAt),
        ];
    }

    private static JournalRecord Record(JournalRow line) =>
        new()
        {
            RunId = Guid.Empty,
            Seq = line.Seq,
            Kind = line.Kind,
            StepId = line.StepId,
            Compensating = line.Compensating,
            Attempt = line.Attempt,
            Epoch = 0,
            Worker = line.Worker,
            At = line.At,
            Tool = line.Tool,
            Class = line.Class,
            Key = line.Key,
            Status = line.Status,
            Code = line.Code,
            Detail = line.Detail,
        };
}
