using System.Globalization;
using Coordination.Contracts;

namespace Coordination.Workers;

// Values an agent takes from its context, and what it says about what it does without.
internal sealed partial class EffectSession
{
    private const string TimeTaken = "now";
    private const string IdTaken = "id";
    private const string NumberTaken = "random";
    private const string MissingSaid = "missing";

    /// <summary>Taken and not written yet. They go with the next record: before that nothing outside can depend on them.</summary>
    private readonly List<JournalRecord> pending = [];

    private readonly Dictionary<string, Queue<string>> earlier = new(StringComparer.Ordinal);

    public DateTimeOffset Now() =>
        DateTimeOffset.Parse(
            Take(TimeTaken, () => journal.Now.ToString("O", CultureInfo.InvariantCulture)),
            CultureInfo.InvariantCulture,
            DateTimeStyles.RoundtripKind
        );

    public Guid NewId() => Guid.Parse(Take(IdTaken, () => Guid.CreateVersion7().ToString("D")));

    public double NextRandom() =>
        double.Parse(Take(NumberTaken, () => settings.Jitter().ToString("R", CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

    /// <summary>The agent goes on without what has failed, and says what its result lacks.</summary>
    public void Missing(string what, EffectFailure? failure)
    {
        lock (gate)
        {
            foreach (var key in failures.Where(f => failure is null || ReferenceEquals(f.Value, failure)).Select(f => f.Key).ToList())
            {
                failures.Remove(key);
            }

            if (missing.Count < MostMissing)
            {
                missing.Add(Text.Bounded(what, 500));
            }

            pending.Add(Decision(MissingSaid, Sealed(what)) with { Code = failure?.Code ?? ReasonCode.Degraded });
        }
    }

    /// <summary>A model was told of a failure it can do something about: what it answers is judged by the agent.</summary>
    public void Told(EffectFailure failure)
    {
        lock (gate)
        {
            foreach (var key in failures.Where(f => ReferenceEquals(f.Value, failure)).Select(f => f.Key).ToList())
            {
                failures.Remove(key);
            }
        }
    }

    /// <summary>The answer rests on nothing that has failed.</summary>
    public void Excuse()
    {
        lock (gate)
        {
            failures.Clear();
        }
    }

    /// <summary>What failed and was not said to be missing: a step that claims to be complete without it is not.</summary>
    public EffectFailure? Concealed
    {
        get
        {
            lock (gate)
            {
                return failures.Values.FirstOrDefault();
            }
        }
    }

    /// <summary>What the result lacks, in the agent's words.</summary>
    public IReadOnlyList<string> WhatIsMissing
    {
        get
        {
            lock (gate)
            {
                return [.. missing];
            }
        }
    }

    /// <summary>Writes what was taken and not written yet, before the step's answer says something that rests on it.</summary>
    public async Task FlushAsync()
    {
        IReadOnlyList<JournalRecord> records;
        lock (gate)
        {
            records = [.. pending];
            pending.Clear();
        }

        if (records.Count > 0)
        {
            await journal.AppendAsync(records, null);
        }
    }

    private const int MostMissing = 20;
    private readonly List<string> missing = [];

    private void Replay(IEnumerable<JournalRecord> records)
    {
        foreach (
            var record in records.Where(r => r is { Kind: JournalKind.Decision, Key: null, Tool: TimeTaken or IdTaken or NumberTaken })
        )
        {
            if (!earlier.TryGetValue(record.Tool!, out var values))
            {
                earlier.Add(record.Tool!, values = new Queue<string>());
            }

            values.Enqueue(record.Detail ?? "");
        }
    }

    private string Take(string kind, Func<string> make)
    {
        lock (gate)
        {
            if (earlier.TryGetValue(kind, out var values) && values.TryDequeue(out var before))
            {
                return before;
            }

            var value = make();
            pending.Add(Decision(kind, value));
            return value;
        }
    }

    /// <summary>What people may read of words that tell what a voter thinks: nothing, the journal has a view and votes are sealed until the ballot closes.</summary>
    private string Sealed(string words) => settings.Work.Round is null ? words : "sealed";

    private JournalRecord Decision(string kind, string value) =>
        Blank(JournalKind.Decision) with
        {
            Tool = kind,
            Detail = Text.Bounded(value, 500),
        };

    private async Task<AppendResult> AppendAsync(JournalRecord record, EffectChange? change)
    {
        List<JournalRecord> before;
        lock (gate)
        {
            before = [.. pending];
            pending.Clear();
        }

        AppendResult result;
        try
        {
            result = await journal.AppendAsync([.. before, record], change);
        }
        catch
        {
            Restore(before);
            throw;
        }

        if (result != AppendResult.Stored)
        {
            Restore(before);
        }

        return result;
    }

    private void Restore(List<JournalRecord> records)
    {
        lock (gate)
        {
            pending.InsertRange(0, records);
        }
    }
}
