using System.Data.Common;
using Coordination.Persistence;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>The journal of a claimed attempt, in the database. Every append holds the claim; an append whose commit got no answer is looked up.</summary>
internal sealed class ClaimJournal(
    Attempt attempt,
    IUnitOfWorkFactory units,
    JournalStore journal,
    JournalReader reader,
    EffectStore effects,
    DecisionStore decisions,
    TimeProvider time,
    Func<double> jitter,
    ILogger logger
) : IEffectJournal
{
    private const string UniqueViolation = "23505";
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private StepClaim Claim => attempt.Claim;

    public DateTimeOffset Now
    {
        get
        {
            // The database stores microseconds; a finer time would not be the same when it is read again.
            var now = Claim.ClaimedAt + time.GetElapsedTime(Claim.AskedAt);
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)).ToUniversalTime();
        }
    }

    public Task<IReadOnlyList<JournalRecord>> LoadAsync(CancellationToken cancellationToken) =>
        reader.OfStepAsync(Claim.Work.RunId, Claim.Work.StepId, Claim.Work.Compensating, cancellationToken);

    public Task<(Guid RunId, string StepId, DateTimeOffset Until)?> HolderAsync(string guard, CancellationToken cancellationToken) =>
        effects.HolderAsync(Claim.Envelope.Tenant, guard, cancellationToken);

    public async Task<Admission> AdmitAsync(EffectIntent intent, CancellationToken cancellationToken)
    {
        var (decision, use) = await CertainlyAsync(() => decisions.FindAsync(intent.Decision!.BallotId, cancellationToken));
        return DecisionRules.Judge(intent, Claim.Envelope.Tenant, Claim.Work.RunId, Claim.Work.StepId, decision, use);
    }

    public void ThrowIfLost()
    {
        if (attempt.IsLost)
        {
            attempt.Stop(StopCause.LeaseLost);
            throw new OperationCanceledException("The claim may have been taken over: stop.", attempt.Stopped);
        }
    }

    public async Task<AppendResult> AppendAsync(IReadOnlyList<JournalRecord> records, EffectChange? change)
    {
        var unknown = false;
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            ThrowIfLost();
            try
            {
                await CommitAsync(records, change);
                return AppendResult.Stored;
            }
            catch (GuardFailedException guard)
            {
                switch (guard.Guard)
                {
                    case JournalStore.Fenced:
                        attempt.Stop(StopCause.LeaseLost);
                        throw new OperationCanceledException("The claim was taken over: stop.", guard, attempt.Stopped);
                    case EffectStore.Guarded:
                        return AppendResult.Guarded;
                    case DecisionStore.Refused:
                        return AppendResult.Refused;
                    default:
                        return unknown && await IsStoredAsync(records) ? AppendResult.Stored : AppendResult.Changed;
                }
            }
            catch (DbException error) when (error.SqlState == UniqueViolation)
            {
                // Another step of the run took the number.
            }
            catch (Exception error) when (error is not OperationCanceledException && !IsForGood(error))
            {
                unknown = true;
                logger.JournalPostponed(error, Claim.Work.StepId, Claim.Work.RunId, pause.TotalMilliseconds);
                if (change is null && await IsStoredAsync(records))
                {
                    return AppendResult.Stored;
                }
            }

            await Task.Delay(
                    pause * (0.5 + jitter()),
                    time,
                    attempt.Stopped.IsCancellationRequested ? CancellationToken.None : attempt.Stopped
                )
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CommitAsync(IReadOnlyList<JournalRecord> records, EffectChange? change)
    {
        await using var work = units.Create();
        foreach (var record in records)
        {
            journal.Append(work, Claim, record);
        }

        switch (change)
        {
            case { Version: 0 }:
                effects.Reserve(work, Claim, change.Intent);
                break;
            case { }:
                effects.Change(work, Claim, change.Intent, change.Status, change.IsCall, change.Version);
                break;
        }

        if (change is { Redeems: true })
        {
            decisions.Redeem(work, Claim, change.Intent);
        }

        await work.CommitAsync(CancellationToken.None);
    }

    /// <summary>The database, or its driver, does not take the record as it is: no repetition helps.</summary>
    private static bool IsForGood(Exception error) =>
        error switch
        {
            DbException { SqlState: { Length: 5 } state } => state.StartsWith("22", StringComparison.Ordinal)
                || state.StartsWith("42", StringComparison.Ordinal),
            // SQLite: a missing table, a broken constraint, a value that is too large or of the wrong kind.
            Microsoft.Data.Sqlite.SqliteException sqlite => sqlite.SqliteErrorCode is 1 or 18 or 19 or 20,
            ArgumentException or InvalidCastException or FormatException or NotSupportedException => true,
            _ => false,
        };

    /// <summary>Whether the last of the records, which is told apart by its time and writer, is in the journal.</summary>
    private async Task<bool> IsStoredAsync(IReadOnlyList<JournalRecord> records)
    {
        var last = records[^1];
        return (await CertainlyAsync(() => LoadAsync(CancellationToken.None))).Any(record =>
            record.Epoch == last.Epoch && record.Kind == last.Kind && record.Key == last.Key && record.At == last.At
        );
    }

    /// <summary>Reads, as long as it takes and the claim is ours.</summary>
    private async Task<T> CertainlyAsync<T>(Func<Task<T>> read)
    {
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            ThrowIfLost();
            try
            {
                return await read();
            }
            catch (Exception error) when (error is DbException or TimeoutException or IOException && !IsForGood(error))
            {
                // A guess would be wrong half of the time.
                await Task.Delay(pause * (0.5 + jitter()), time, CancellationToken.None);
            }
        }
    }
}
