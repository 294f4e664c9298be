using System.Data.Common;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Does the targets of operations on many, each in a transaction of its own that says what became of it.</summary>
internal sealed class OperationItems(IUnitOfWorkFactory units, OperationStore store, AuditTrail audit, IEnumerable<OperationAct> acts)
    : IDisposable
{
    /// <summary>Of the connections that running work uses operations take so many at most, however many are under way.</summary>
    private const int MostAtOnce = 4;
    private readonly SemaphoreSlim places = new(MostAtOnce);
    private readonly Dictionary<string, OperationAct> acts = acts.ToDictionary(act => act.Kind, StringComparer.Ordinal);

    /// <summary>Does one target of an operation on many.</summary>
    /// <returns>What became of it; null when the operation does not run any more, or is another process'.</returns>
    public async Task<string?> DoItemAsync(StoredOperation operation, StoredItem item, string owner, CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken);
        try
        {
            return await CarryOutAsync(operation, item, owner, cancellationToken);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<string?> CarryOutAsync(StoredOperation operation, StoredItem item, string owner, CancellationToken cancellationToken)
    {
        var viewer = new Viewer(operation.Actor, new HashSet<MonitorRole>(), operation.Via);
        var request = operation.Request with { Targets = [item.Target], Reason = operation.Reason };
        var act = acts[operation.Kind];
        var look = new ActLook(CommandLines.Name(item.Target), null, "");
        try
        {
            look = await act.LookAsync(item.Target, request, viewer, cancellationToken);
            if (look.Refusal is { } refusal)
                return await SettleAsync(
                    (operation.Id, owner),
                    item,
                    look,
                    request,
                    viewer,
                    "skipped",
                    refusal,
                    act: null,
                    cancellationToken
                );
            return await SettleAsync((operation.Id, owner), item, look, request, viewer, "done", detail: null, act, cancellationToken);
        }
        catch (GuardFailedException gone) when (gone.Guard != OperationStore.NotRunning)
        {
            return await SettleAsync(
                (operation.Id, owner),
                item,
                look,
                request,
                viewer,
                "skipped",
                gone.Guard,
                act: null,
                cancellationToken
            );
        }
        catch (Exception broken)
            when (broken
                    is not (GuardFailedException or DbException { IsTransient: true } or TimeoutException or OperationCanceledException)
            )
        {
            // One target that cannot be done holds up no other.
            return await SettleAsync(
                (operation.Id, owner),
                item,
                look,
                request,
                viewer,
                "failed",
                broken.Message,
                act: null,
                cancellationToken
            );
        }
    }

    private async Task<string?> SettleAsync(
        (Guid Id, string Owner) held,
        StoredItem item,
        ActLook look,
        OperationRequest request,
        Viewer viewer,
        string status,
        string? detail,
        OperationAct? act,
        CancellationToken cancellationToken
    )
    {
        await using var work = units.Create(alone: true);
        if (act is not null)
            detail = await act.DoAsync(work, look, request, viewer, cancellationToken);
        foreach (var statement in store.Settle(held.Id, item.Position, status, detail, held.Owner))
            work.Execute(statement);
        work.Execute(audit.Line(Line(look, request, viewer, status == "skipped" ? "refused" : status, detail, held.Id)));
        try
        {
            await work.CommitAsync(CancellationToken.None);
            return status;
        }
        catch (GuardFailedException stopped) when (stopped.Guard == OperationStore.NotRunning)
        {
            return null;
        }
    }

    /// <summary>What the audit says of one target.</summary>
    public static AuditEntry Line(ActLook look, OperationRequest request, Viewer viewer, string outcome, string? detail, Guid id) =>
        new(viewer, request.Kind, look.Name, look.RunId, outcome, request.Reason, detail)
        {
            Before = look.Before,
            After = outcome == "done" ? look.After : null,
            OperationId = id,
        };

    public void Dispose() => places.Dispose();
}
