using System.Diagnostics;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>
/// The effects of one attempt. What it does about one is decided by <see cref="EffectRules"/>; this class carries it out: intent, call, outcome, each committed before the
/// next. Safe for parallel effects of one agent.
/// </summary>
internal sealed partial class EffectSession(SessionSettings settings, IEffectJournal journal)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Task<EffectState>> running = new(StringComparer.Ordinal);
    private Dictionary<string, EffectState> states = new(StringComparer.Ordinal);
    private bool resumed;

    /// <summary>When this process began to act for the step; whoever acted before has stopped waiting by then.</summary>
    private DateTimeOffset begunAt;

    /// <summary>False for the very first try of a step: there is nothing to read.</summary>
    public bool MayHaveHistory { get; init; } = true;

    /// <summary>Reads what earlier attempts, or earlier owners of this one, have written.</summary>
    /// <exception cref="PermanentFailure">The step was begun by another definition of the agent (VERSION_SKEW).</exception>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        var records = await journal.LoadAsync(cancellationToken);
        (resumed, begunAt) = (true, journal.Now);
        if (
            records.FirstOrDefault(r => r.Definition != settings.Definition && !settings.ContinuesFrom.Contains(r.Definition ?? "")) is
            { } other
        )
        {
            throw new PermanentFailure(
                $"The step was begun by definition '{other.Definition}' of agent '{settings.AgentType}'; this worker has '{settings.Definition}'. "
                    + "Run a worker of the old definition, or name it in AgentOptions.ContinuesFrom where the new one can go on from there.",
                ReasonCode.VersionSkew
            );
        }

        lock (gate)
        {
            states = EffectHistory.Of(records);
            Replay(records);
        }
    }

    public EffectIntent Intent(EffectTool tool, object? args, DecisionToken? decision = null) =>
        EffectIntent.Of(tool, args, settings.Tenant, settings.Work.RunId, StepOfKeys, decision);

    /// <summary>Reads are told apart by all their arguments.</summary>
    public EffectIntent ReadIntent(EffectTool tool, object? args)
    {
        var intent = Intent(tool, args);
        return intent with
        {
            Key = EffectKey.Of(settings.Tenant, settings.Work.RunId, StepOfKeys, "read:" + intent.Tool.Id, [intent.ArgsHash]),
        };
    }

    // What is done to undo a step is another effect than the step's own.
    private string StepOfKeys =>
        (settings.Work.Compensating ? settings.Work.StepId + "~undo" : settings.Work.StepId)
        + (Failpoint.IsBroken(PlantedBugs.KeyWithAttempt) ? $"#{settings.Work.Attempt}" : "");

    /// <summary>One effect, once.</summary>
    public async Task<T> PerformAsync<T>(
        EffectIntent intent,
        Func<string, CancellationToken, Task<T>> call,
        Func<string, CancellationToken, Task<ProbeAnswer<T>>>? probe,
        CallNotes<T>? notes
    )
    {
        if (typeof(System.Runtime.CompilerServices.ITuple).IsAssignableFrom(typeof(T)))
        {
            throw new ArgumentException(
                $"Effect {intent.Tool.Id} returns a tuple, which JSON does not keep: return a record.",
                nameof(call)
            );
        }

        for (var outer = EffectScope.Current; outer is not null; outer = outer.Outer)
        {
            if (outer.Key == intent.Key)
            {
                throw new ArgumentException(
                    $"Effect {intent.Tool.Id} is asked for inside its own call: give what is done inside another tool, or a scope member of its own.",
                    nameof(intent)
                );
            }
        }

        // To its end even when the attempt is stopped: the call has the token, and how it ended must be recorded.
        var state = await JoinAsync(intent, () => CarryOutAsync(intent, call, probe, notes, settings.Stop));
        return state.ArgsHash == intent.ArgsHash ? ResultOf<T>(intent, state) : throw await ConflictAsync(intent, state);
    }

    /// <summary>Waits for effects the agent has begun and not waited for: nothing of them may happen after the step's answer.</summary>
    public async Task DrainAsync()
    {
        while (true)
        {
            List<Task> left;
            lock (gate)
            {
                left = [.. running.Values];
                if (left.Count == 0)
                {
                    closed = true;
                    return;
                }
            }

            foreach (var task in left)
            {
                await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>The agent has ended: what it left running may begin nothing more.</summary>
    private bool closed;

    /// <summary>Whoever asks for a key that is being worked on waits for its end.</summary>
    private Task<EffectState> JoinAsync(EffectIntent intent, Func<Task<EffectState>> carryOut)
    {
        TaskCompletionSource<EffectState> mine;
        lock (gate)
        {
            if (running.TryGetValue(intent.Key, out var other))
            {
                return other;
            }

            if (closed)
            {
                throw new InvalidOperationException(
                    $"Effect {intent.Tool.Id} was asked for after the agent had returned: await what the agent starts."
                );
            }

            mine = new TaskCompletionSource<EffectState>(TaskCreationOptions.RunContinuationsAsynchronously);
            running.Add(intent.Key, mine.Task);
        }

        _ = RunAsync();
        return mine.Task;

        async Task RunAsync()
        {
            try
            {
                var state = await carryOut().ConfigureAwait(false);
                Leave();
                mine.SetResult(state);
            }
            catch (Exception error)
            {
                Leave();
                mine.SetException(error);
            }
        }

        void Leave()
        {
            lock (gate)
            {
                running.Remove(intent.Key);
            }
        }
    }

    private async Task<EffectState> CarryOutAsync<T>(
        EffectIntent intent,
        Func<string, CancellationToken, Task<T>> call,
        Func<string, CancellationToken, Task<ProbeAnswer<T>>>? probe,
        CallNotes<T>? notes,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var known = Known(intent.Key);
            switch (EffectRules.Next(known, intent, probe is not null))
            {
                case EffectMove.Replay:
                    Rely(known!);
                    return known!;
                case EffectMove.Conflict:
                    throw await ConflictAsync(intent, known!);
                case EffectMove.Refuse:
                    throw Refused(intent, known!);
                case EffectMove.Park:
                    await ParkAsync<T>(intent, known!);
                    break;
                case EffectMove.Probe:
                    await ProbeAsync(intent, known!, probe!, cancellationToken);
                    break;
                default:
                    await CallAsync(intent, known, call, notes, cancellationToken);
                    break;
            }
        }
    }

    private static T ResultOf<T>(EffectIntent intent, EffectState state)
    {
        if (state.Result is null)
        {
            return typeof(T) == typeof(NoResult)
                ? default!
                : throw new PermanentFailure(
                    $"{intent.Tool.Id} was done, but {state.Detail ?? "its result was not kept"}. Return what is small and can be written as JSON, for example a reference.",
                    ReasonCode.ContractInvalid
                );
        }

        var json = JsonSerializer.Deserialize<JsonElement>(state.Result);
        return typeof(T) == typeof(JsonElement) ? (T)(object)json
            : json.ValueKind == JsonValueKind.Null ? default!
            : AgentJson.TryRead<T>(json, $"effects.{intent.Tool.Name}", out var value, out var problem) ? value!
            : throw problem!;
    }

    /// <summary>It was done: a result that cannot be kept must not make it look as if it was not.</summary>
    private static JournalRecord WithResult<T>(JournalRecord record, T result, CallNotes<T>? notes)
    {
        try
        {
            record = notes?.Note(result, record) ?? record;
            var bytes = JsonSerializer.SerializeToUtf8Bytes(result, AgentJson.Options);
            return bytes.Length <= MostResult
                ? record with
                {
                    Result = bytes,
                }
                : record with
                {
                    Detail = $"the result has {bytes.Length:N0} bytes, {MostResult:N0} are kept",
                };
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return record with { Detail = $"a {typeof(T).Name} cannot be written as JSON" };
        }
    }

    private void Rely(EffectState state)
    {
        lock (gate)
        {
            relied.Add(state.Tool);
        }
    }

    /// <summary>Tools that have succeeded for this attempt so far, in its own order: a resumed attempt must say the same of them as the first one did.</summary>
    private readonly SortedSet<string> relied = new(StringComparer.Ordinal);

    /// <summary>Whether the end of anything this step did outside is not known.</summary>
    public bool HasDoubt
    {
        get
        {
            lock (gate)
            {
                return states.Values.Any(s =>
                    s.Class is not EffectClass.Pure
                    && s.Status is EffectStatus.Open or EffectStatus.Unknown or EffectStatus.Accepted or EffectStatus.InDoubt
                );
            }
        }
    }

    private EffectState? Known(string key)
    {
        lock (gate)
        {
            return states.GetValueOrDefault(key);
        }
    }

    private void Remember(JournalRecord record)
    {
        lock (gate)
        {
            var state = states[record.Key!] = EffectHistory.Next(states.GetValueOrDefault(record.Key!), record);
            if (state.Status == EffectStatus.Succeeded)
            {
                failures.Remove(state.Key);
                relied.Add(state.Tool);
            }
        }
    }

    private JournalRecord Outcome(EffectIntent intent, EffectStatus status, CallVerdict? verdict) =>
        Record(JournalKind.Outcome, intent) with
        {
            Status = Words.Of(status),
            Code = verdict?.Code,
            Detail = verdict?.Detail,
        };

    private JournalRecord Record(string kind, EffectIntent intent) =>
        Blank(kind) with
        {
            Tool = intent.Tool.Id,
            Class = Words.Of(intent.Tool.Class),
            Key = intent.Key,
            ArgsHash = intent.ArgsHash,
        };

    private JournalRecord Blank(string kind) =>
        new()
        {
            RunId = settings.Work.RunId,
            Kind = kind,
            StepId = settings.Work.StepId,
            Compensating = settings.Work.Compensating,
            Attempt = settings.Work.Attempt,
            Epoch = settings.Epoch,
            Worker = settings.Worker,
            At = journal.Now,
            Definition = settings.Definition,
            TraceId = Activity.Current?.TraceId.ToString(),
        };

    private static DateTimeOffset Exactly(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond));

    private const int MostArgs = 64 * 1024;
    private const int MostResult = 1024 * 1024;
}
