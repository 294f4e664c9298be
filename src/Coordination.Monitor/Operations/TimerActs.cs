using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>A timer that is still pending.</summary>
internal sealed record ActTimer(Guid Token, DateTimeOffset DueAt, string MessageType, Guid? RunId)
{
    public static async Task<ActTimer?> FindAsync(Reads reads, Guid token, CancellationToken cancellationToken)
    {
        var sql = reads.Dialect;
        var found = await reads.QueryAsync(
            new Statement(
                $"SELECT token, due_at, message_type, group_id FROM {sql.Table("outbox")} WHERE token = @token AND handed_over_at IS NULL",
                ("token", token, ColumnKind.Uuid)
            ),
            row => new ActTimer(sql.ReadGuid(row, 0), sql.ReadTime(row, 1), row.GetString(2), sql.Id(row, 3)),
            cancellationToken
        );
        return found is [var timer, ..] ? timer : null;
    }

    public static string Gone(Guid token) => $"There is no timer {token}: it was delivered, cancelled, or never was.";
}

/// <summary>What the acts on timers have in common.</summary>
internal abstract class TimerAct(Reads reads) : OperationAct
{
    protected SqlDialect Sql => reads.Dialect;

    public sealed override async Task<ActLook> LookAsync(
        OperationTarget target,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        var token = target.Timer!.Value;
        if (await ActTimer.FindAsync(reads, token, cancellationToken) is not { } timer)
            return new ActLook($"timer {token}", null, "") { Refusal = ActTimer.Gone(token) };
        return new ActLook($"timer {timer.MessageType} {token}", "/timers", Will(request))
        {
            RunId = timer.RunId,
            Known = timer,
            Before = Json(new { dueAt = timer.DueAt }),
        };
    }

    protected abstract string Will(OperationRequest request);
}

/// <summary>Removes a timer before it is due.</summary>
internal sealed class CancelTimerAct(Reads reads) : TimerAct(reads)
{
    public override string Kind => OperationKind.TimerCancel;

    protected override string Will(OperationRequest request) => "remove it; whoever waits for it may wait until the run's deadline";

    public override ValueTask<string> DoAsync(
        IUnitOfWork work,
        ActLook look,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        var token = ((ActTimer)look.Known!).Token;
        work.Execute(
            new Statement(
                $"DELETE FROM {Sql.Table("outbox")} WHERE token = @token AND handed_over_at IS NULL",
                ("token", token, ColumnKind.Uuid)
            )
            {
                MustAffect = ActTimer.Gone(token),
            }
        );
        return ValueTask.FromResult("removed");
    }
}

/// <summary>Gives a timer another due time.</summary>
internal sealed class MoveTimerAct(Reads reads, IOutboxRelay relay) : TimerAct(reads)
{
    public override string Kind => OperationKind.TimerMove;

    protected override string Will(OperationRequest request) =>
        $"make it due in {TimeSpan.FromSeconds(request.Parameters.DelaySeconds ?? 0)}";

    public override ValueTask<string> DoAsync(
        IUnitOfWork work,
        ActLook look,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        var token = ((ActTimer)look.Known!).Token;
        var delay = TimeSpan.FromSeconds(request.Parameters.DelaySeconds!.Value);
        work.Execute(
            new Statement(
                $"UPDATE {Sql.Table("outbox")} SET due_at = {Sql.NowPlus("@delay")} WHERE token = @token AND handed_over_at IS NULL",
                ("token", token, ColumnKind.Uuid),
                ("delay", (long)delay.TotalMilliseconds, ColumnKind.Int64)
            )
            {
                MustAffect = ActTimer.Gone(token),
            }
        );
        // It may be due before the moment the sweep sleeps until.
        work.OnCommitted(() => relay.TimerStored(delay));
        return ValueTask.FromResult(look.Will);
    }
}
