using Coordination.Persistence;

namespace Coordination.Workers;

// One call of an effect: intent, call, outcome, each committed before the next.
internal sealed partial class EffectSession
{
    private async Task CallAsync<T>(
        EffectIntent intent,
        EffectState? known,
        Func<string, CancellationToken, Task<T>> call,
        CallNotes<T>? notes,
        CancellationToken cancellationToken
    )
    {
        var redeems = await AdmitAsync(intent, cancellationToken);
        await MayCallAsync(intent, known, cancellationToken);
        var number = (known?.Calls ?? 0) + 1;
        if (!await IntendAsync(intent, known, redeems))
        {
            return;
        }

        Failpoint.Hit(settings.Work.Compensating ? Failpoints.UndoIntended : Failpoints.EffectIntended);
        if (Failpoint.IsBroken(PlantedBugs.OutcomeBeforeCall))
        {
            await SettleAsync(intent, Outcome(intent, EffectStatus.Succeeded, null));
        }

        journal.ThrowIfLost();
        var started = settings.Time.GetTimestamp();
        var scope = new EffectScope
        {
            Key = intent.Key,
            ThrowIfLost = journal.ThrowIfLost,
            Outer = EffectScope.Current,
        };
        try
        {
            var result = await CallOnceAsync(intent, call, scope, cancellationToken);
            Failpoint.Hit(settings.Work.Compensating ? Failpoints.UndoMade : Failpoints.EffectMade);
            var took = settings.Time.GetElapsedTime(started);
            settings.Times.Add(intent.Tool.Id, took);
            var status = intent.Tool.VerifiedWithin is null ? EffectStatus.Succeeded : EffectStatus.Accepted;
            var outcome = Outcome(intent, status, null) with { DurationMs = (long)took.TotalMilliseconds };
            await SettleAsync(intent, WithResult(outcome, result, notes));
            if (number > 1)
            {
                settings.Logger.EffectDegraded(intent.Tool.Id, intent.ScopeText, number);
            }

            settings.Metrics.EffectEnded(intent.Tool.Id, status, number);
            Failpoint.Hit(settings.Work.Compensating ? Failpoints.UndoRecorded : Failpoints.EffectRecorded);
        }
        catch (Exception error)
            when (error is not (FailpointException or InputRequiredException) && Known(intent.Key)?.Status == EffectStatus.Open)
        {
            await FailedAsync(intent, error, scope, number, started, cancellationToken);
        }
    }

    /// <summary>False when the row was not as we believed; the journal has been read again.</summary>
    private async Task<bool> IntendAsync(EffectIntent intent, EffectState? known, bool redeems)
    {
        var record = Record(JournalKind.Intent, intent) with
        {
            Args = intent.Args.Length <= MostArgs ? intent.Args : null,
            Detail = intent.Decision is { } decision
                ? Text.Bounded($"allowed by ballot {decision.BallotId}: {decision.Option}", 500)
                : null,
        };
        var change = intent.IsKept ? new EffectChange(intent, EffectStatus.Open, IsCall: true, known?.Version ?? 0, redeems) : null;
        switch (intent.IsAnnounced ? await AppendAsync(record, change) : AppendResult.Stored)
        {
            case AppendResult.Stored:
                Remember(record);
                return true;
            case AppendResult.Guarded:
                throw await GuardedAsync(intent);
            case AppendResult.Refused:
                var now = await journal.AdmitAsync(intent, CancellationToken.None);
                throw await DeniedAsync(intent, now.Refusal ?? $"Ballot {intent.Decision!.BallotId} was changed at this moment.");
            default:
                return await ReadAgainAsync(intent);
        }
    }

    /// <summary>Commits how a call ended, or what became of an effect otherwise.</summary>
    private async Task SettleAsync(EffectIntent intent, JournalRecord record)
    {
        var status = Enum.Parse<EffectStatus>(record.Status!, ignoreCase: true);
        var change = intent.IsKept ? new EffectChange(intent, status, IsCall: false, Known(intent.Key)!.Version) : null;
        if (await AppendAsync(record, change) == AppendResult.Stored)
        {
            Remember(record);
            return;
        }

        // Nobody else may change it while the claim is ours.
        throw new InvalidOperationException($"The effect {intent.Tool.Id} was changed while the claim was held; its journal needs a look.");
    }

    private async Task<T> CallOnceAsync<T>(
        EffectIntent intent,
        Func<string, CancellationToken, Task<T>> call,
        EffectScope scope,
        CancellationToken cancellationToken
    )
    {
        using var timeout = new CancellationTokenSource(intent.Tool.Timeout, settings.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        // Ends with this method: what is ambient flows down, never up.
        EffectScope.Current = scope;
        return await call(intent.Key, either.Token);
    }

    private async Task FailedAsync(
        EffectIntent intent,
        Exception error,
        EffectScope scope,
        int number,
        long started,
        CancellationToken cancellationToken
    )
    {
        journal.ThrowIfLost();
        var verdict = CallErrors.Read(error, scope.RetryAfter, scope.Status);
        var state = Known(intent.Key)!;
        var status = EffectRules.After(intent.Tool, verdict, state.Failures, state.MayHaveHappened);
        var delay = RetryDelays.After(state.Failures + 1, verdict.RetryAfter, settings.Jitter());
        var again =
            status == EffectStatus.Retryable
            || (status == EffectStatus.Unknown && EffectRules.MayRepeat(intent.Tool, verdict.Code, state.Failures + 1));
        await SettleAsync(
            intent,
            Outcome(intent, status, verdict) with
            {
                RetryAt =
                    again || (status == EffectStatus.Unknown && intent.Tool.Class == EffectClass.Probed)
                        ? Exactly(journal.Now + delay)
                        : null,
                DurationMs = (long)settings.Time.GetElapsedTime(started).TotalMilliseconds,
            }
        );
        settings.Metrics.EffectEnded(intent.Tool.Id, status, number);
        if (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(
                "The attempt was stopped during the effect; its end is recorded.",
                error,
                cancellationToken
            );
        }

        if (again)
        {
            settings.Logger.EffectRetried(
                error,
                intent.Tool.Id,
                intent.ScopeText,
                number,
                verdict.Code,
                verdict.Detail,
                delay.TotalMilliseconds
            );
        }
        else
        {
            settings.Logger.EffectFailed(error, intent.Tool.Id, intent.ScopeText, number, verdict.Code, verdict.Detail);
        }
    }
}
