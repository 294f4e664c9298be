using Coordination.Contracts.V1;

namespace Coordination.Workers;

/// <summary>How far an effect is.</summary>
public enum EffectStatus
{
    /// <summary>The call was about to be made; how it ended is not recorded.</summary>
    Open,

    /// <summary>It was done.</summary>
    Succeeded,

    /// <summary>It was not done and will not be.</summary>
    Failed,

    /// <summary>It was not done and may be tried again.</summary>
    Retryable,

    /// <summary>The call ended without saying whether it was done.</summary>
    Unknown,

    /// <summary>The target has taken it on; whether it was done is not known yet.</summary>
    Accepted,

    /// <summary>Waits for a person to say whether it was done.</summary>
    InDoubt,

    /// <summary>A person or a probe said that it was not done: it may be done.</summary>
    NotDone,

    /// <summary>A person gave it up without knowing whether it was done.</summary>
    GivenUp,
}

/// <summary>What the journal tells of one effect.</summary>
internal sealed record EffectState
{
    public required string Key { get; init; }
    public required string Tool { get; init; }
    public required EffectClass Class { get; init; }
    public required string ArgsHash { get; init; }
    public EffectStatus Status { get; init; }

    /// <summary>Calls that may have reached the target.</summary>
    public int Calls { get; init; }

    /// <summary>Calls that are known to have failed, or to have ended without an answer.</summary>
    public int Failures { get; init; }

    /// <summary>Changes of the effect's row so far.</summary>
    public int Version { get; init; }
    public DateTimeOffset CalledAt { get; init; }

    /// <summary>When the last call was known to have ended; null while it is open.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>An earlier call had no end: a later one that was surely refused does not prove that nothing was done.</summary>
    public bool MayHaveHappened { get; init; }
    public byte[]? Result { get; init; }
    public string? Code { get; init; }
    public string? Detail { get; init; }
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Who made the last call: to know one's own from a predecessor's.</summary>
    public (int Attempt, long Epoch) CalledBy { get; init; }

    /// <summary>Names the doubt a person is asked about: this call and no other.</summary>
    public string QuestionId => QuestionOf(Key, Calls);

    public static string QuestionOf(string key, int calls) => $"{InputRequired.EffectQuestion}{key}:{calls}";
}

/// <summary>Reads a step's journal back into what it tells. Pure.</summary>
internal static class EffectHistory
{
    public static Dictionary<string, EffectState> Of(IEnumerable<JournalRecord> records)
    {
        var states = new Dictionary<string, EffectState>(StringComparer.Ordinal);
        foreach (var record in records.Where(record => record.Key is not null && record.Kind != JournalKind.Decision))
        {
            states[record.Key!] = Next(states.GetValueOrDefault(record.Key!), record);
        }

        return states;
    }

    public static EffectState Next(EffectState? before, JournalRecord record)
    {
        var state =
            before
            ?? new EffectState
            {
                Key = record.Key!,
                Tool = record.Tool ?? "",
                Class = Enum.TryParse<EffectClass>(record.Class, ignoreCase: true, out var known) ? known : EffectClass.Irreversible,
                ArgsHash = record.ArgsHash ?? "",
            };
        state = state with { Version = state.Version + 1 };
        if (record.Kind == JournalKind.Intent)
        {
            return state with
            {
                Status = EffectStatus.Open,
                Calls = state.Calls + 1,
                CalledAt = record.At,
                CalledBy = (record.Attempt, record.Epoch),
                EndedAt = null,
                MayHaveHappened = state.MayHaveHappened || before?.Status == EffectStatus.Open,
                RetryAt = null,
            };
        }

        var status = Enum.TryParse<EffectStatus>(record.Status, ignoreCase: true, out var said) ? said : EffectStatus.Unknown;
        var failed = record.Kind == JournalKind.Outcome && status is EffectStatus.Failed or EffectStatus.Retryable or EffectStatus.Unknown;
        return state with
        {
            Status = status,
            // What a person says did not happen starts afresh; a probe's word changes nothing about the calls a failing backend has had.
            Failures = record.Kind == JournalKind.Signal ? 0 : state.Failures + (failed ? 1 : 0),
            EndedAt = record.At,
            MayHaveHappened = status != EffectStatus.NotDone && (state.MayHaveHappened || status == EffectStatus.Unknown),
            Result = record.Result,
            Code = record.Code ?? (status == EffectStatus.NotDone && record.Kind == JournalKind.Outcome ? state.Code : null),
            Detail = record.Detail,
            RetryAt = record.RetryAt ?? (status == EffectStatus.NotDone ? state.RetryAt : null),
        };
    }
}
