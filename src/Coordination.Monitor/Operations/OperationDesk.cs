using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>
/// The one way in which people change something, from the page, the API or the command line: checked, authorised, done once per id, with its reason in the audit.
/// One target is done at once, in the transaction that writes operation and audit; many are stored and done by <see cref="OperationRunner"/>.
/// </summary>
internal sealed class OperationDesk(
    IUnitOfWorkFactory units,
    OperationStore store,
    OperationSelection selection,
    AuditTrail audit,
    IEnumerable<OperationAct> acts
)
{
    private const int Sample = 20;
    private const int ShownItems = 200;
    private readonly Dictionary<string, OperationAct> acts = acts.ToDictionary(act => act.Kind, StringComparer.Ordinal);

    /// <summary>Does what is asked, or begins it, or says what it would do.</summary>
    /// <param name="id">The caller's idempotency key.</param>
    /// <param name="request">What.</param>
    /// <param name="viewer">Who.</param>
    /// <param name="cancellationToken">Stops before something is done, never half way.</param>
    /// <exception cref="Refusal">It may not be done, or cannot.</exception>
    public async Task<Operation> SubmitAsync(Guid id, OperationRequest request, Viewer viewer, CancellationToken cancellationToken)
    {
        if (OperationCheck.Faults(request, asksReason: viewer.Via != "cli") is [_, ..] faults)
            throw Refusal.BadRequest("The operation cannot be carried out as asked", faults);
        if (OperationKind.Find(request.Kind)!.Missing(viewer) is { } role)
        {
            if (!request.DryRun)
                await RefusedAsync(viewer, request, "forbidden", $"lacks the role {MonitorRoles.NameOf(role)}", cancellationToken);
            throw Refusal.Missing(role);
        }
        if (request.DryRun)
            return await PreviewAsync(request, viewer, cancellationToken);
        if (await KnownAsync(id, request, viewer, cancellationToken) is { } known)
            return known;
        var asOf = request.Select?.AsOf ?? await selection.NowAsync(cancellationToken);
        var targets = await selection.TargetsAsync(request, asOf, cancellationToken);
        if (targets.Count == 0)
            throw Refusal.Of(HttpStatusCode.Conflict, "NOTHING_TO_DO", "Nothing is like that any more");
        return request.Select is null && targets.Count == 1
            ? await DoAsync(id, request, targets[0], viewer, cancellationToken)
            : await BeginAsync(id, request, targets, viewer, owner: null, cancellationToken);
    }

    /// <summary>Stores an operation on many targets, to be done by whoever owns it, or by anybody.</summary>
    public async Task<Operation> BeginAsync(
        Guid id,
        OperationRequest request,
        IReadOnlyList<OperationTarget> targets,
        Viewer viewer,
        string? owner,
        CancellationToken cancellationToken
    )
    {
        await using (var work = units.Create(alone: true))
        {
            work.Execute(store.Insert(id, request, Hash(request), viewer, "running", targets.Count, owner));
            foreach (var insert in store.InsertItems(id, targets, "waiting", detail: null))
                work.Execute(insert);
            work.Execute(
                audit.Line(
                    new AuditEntry(viewer, request.Kind, $"{targets.Count} targets", null, "done", request.Reason, "begun")
                    {
                        OperationId = id,
                    }
                )
            );
            try
            {
                await work.CommitAsync(cancellationToken);
            }
            catch (GuardFailedException taken) when (taken.Guard == OperationStore.Taken)
            {
                // The same key at the same time: what the other one began is what is asked.
            }
        }
        return await KnownAsync(id, request, viewer, cancellationToken)
            ?? throw new InvalidOperationException("The operation was not stored.");
    }

    /// <summary>An operation with its first items; null when there is none.</summary>
    public async Task<Operation?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } found ? await ShowAsync(found, cancellationToken) : null;

    /// <summary>Does one target of an operation on many.</summary>
    /// <returns>What became of it; null when the operation does not run any more.</returns>
    public async Task<string?> DoItemAsync(StoredOperation operation, StoredItem item, CancellationToken cancellationToken)
    {
        var viewer = new Viewer(operation.Actor, new HashSet<MonitorRole>(), operation.Via);
        var request = operation.Request with { Targets = [item.Target], Reason = operation.Reason };
        var act = acts[operation.Kind];
        var look = await act.LookAsync(item.Target, request, viewer, cancellationToken);
        if (look.Refusal is { } refusal)
            return await SettleAsync(operation.Id, item, look, request, viewer, "skipped", refusal, act: null, cancellationToken);
        try
        {
            return await SettleAsync(operation.Id, item, look, request, viewer, "done", detail: null, act, cancellationToken);
        }
        catch (GuardFailedException gone) when (gone.Guard != OperationStore.NotRunning)
        {
            return await SettleAsync(operation.Id, item, look, request, viewer, "skipped", gone.Guard, act: null, cancellationToken);
        }
        catch (ArgumentException broken)
        {
            return await SettleAsync(operation.Id, item, look, request, viewer, "failed", broken.Message, act: null, cancellationToken);
        }
    }

    private async Task<string?> SettleAsync(
        Guid id,
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
        foreach (var statement in store.Settle(id, item.Position, status, detail))
            work.Execute(statement);
        work.Execute(audit.Line(Line(look, request, viewer, status == "skipped" ? "refused" : status, detail, id)));
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

    private async Task<Operation> DoAsync(
        Guid id,
        OperationRequest request,
        OperationTarget target,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        var act = acts[request.Kind];
        var look = await act.LookAsync(target, request, viewer, cancellationToken);
        if (look.Problems.Count > 0)
            throw Refusal.BadRequest("The new body is not what its contract says", look.Problems);
        if (look.Refusal is { } refusal)
            return await FailAsync(id, request, target, viewer, look, refusal, cancellationToken);
        await using var work = units.Create(alone: true);
        try
        {
            work.Execute(store.Insert(id, request, Hash(request), viewer, "done", total: 1, owner: null));
            var done = await act.DoAsync(work, look, request, viewer, cancellationToken);
            foreach (var insert in store.InsertItems(id, [target], "done", done))
                work.Execute(insert);
            work.Execute(audit.Line(Line(look, request, viewer, "done", done, id)));
            await work.CommitAsync(CancellationToken.None);
        }
        catch (GuardFailedException taken) when (taken.Guard == OperationStore.Taken)
        {
            // The same key at the same time: what the other one did is the answer.
        }
        catch (GuardFailedException gone)
        {
            return await FailAsync(id, request, target, viewer, look, gone.Guard, cancellationToken);
        }
        catch (ArgumentException broken)
        {
            throw Refusal.BadRequest("The operation cannot be carried out as asked", new BodyProblem("BAD_OPERATION", "", broken.Message));
        }
        return await KnownAsync(id, request, viewer, cancellationToken)
            ?? throw new InvalidOperationException("The operation was not stored.");
    }

    private async Task<Operation> FailAsync(
        Guid id,
        OperationRequest request,
        OperationTarget target,
        Viewer viewer,
        ActLook look,
        string why,
        CancellationToken cancellationToken
    )
    {
        await using var work = units.Create(alone: true);
        work.Execute(store.Insert(id, request, Hash(request), viewer, "failed", total: 1, owner: null));
        foreach (var insert in store.InsertItems(id, [target], "failed", why))
            work.Execute(insert);
        work.Execute(audit.Line(Line(look, request, viewer, "refused", why, id)));
        try
        {
            await work.CommitAsync(cancellationToken);
        }
        catch (GuardFailedException taken) when (taken.Guard == OperationStore.Taken)
        {
            // As above.
        }
        return await KnownAsync(id, request, viewer, cancellationToken)
            ?? throw new InvalidOperationException("The operation was not stored.");
    }

    /// <summary>What was asked under this id before; a single target that was refused is refused again.</summary>
    private async Task<Operation?> KnownAsync(Guid id, OperationRequest request, Viewer viewer, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } known)
            return null;
        if (known.Actor != viewer.Name || known.RequestHash != Hash(request))
        {
            await RefusedAsync(viewer, request, "refused", $"the id {id} belongs to another operation", cancellationToken);
            throw Refusal.Of(
                HttpStatusCode.Conflict,
                "ID_TAKEN",
                "The Idempotency-Key belongs to another operation",
                "Take a new UUID for every operation, and the same one only to send the same request again."
            );
        }
        var shown = await ShowAsync(known, cancellationToken);
        return known is { Status: "failed", Total: 1 } && request.Select is null && shown.Items is [{ Detail: { } why }]
            ? throw Refusal.Of(HttpStatusCode.Conflict, "REFUSED", "Nothing was done", why)
            : shown;
    }

    private async Task<Operation> PreviewAsync(OperationRequest request, Viewer viewer, CancellationToken cancellationToken)
    {
        var asOf = request.Select?.AsOf ?? await selection.NowAsync(cancellationToken);
        var targets = await selection.TargetsAsync(request, asOf, cancellationToken);
        var looks = new List<ActLook>();
        foreach (var target in targets.Take(Sample))
            looks.Add(await acts[request.Kind].LookAsync(target, request, viewer, cancellationToken));
        var warnings = new List<string>();
        if (targets.Count == OperationSelection.Most)
            warnings.Add($"More are like that: the first {OperationSelection.Most} are taken.");
        if (looks.Count(look => look.Refusal is not null) is > 0 and var cannot)
            warnings.Add($"Of the {looks.Count} looked at, nothing can be done to {cannot}.");
        return new Operation
        {
            Id = Guid.Empty,
            Kind = request.Kind,
            Status = "preview",
            Total = targets.Count,
            Done = 0,
            Failed = 0,
            Skipped = 0,
            Reason = request.Reason,
            By = viewer.Name,
            Via = viewer.Via,
            CreatedAt = asOf,
            EndedAt = null,
            Select = request.Select,
            Preview = new OperationPreview(
                targets.Count,
                asOf,
                [
                    .. looks.Select(look => new OperationItem(
                        look.Name,
                        look.Href,
                        look.Refusal is null ? "waiting" : "skipped",
                        look.Refusal ?? look.Will
                    )),
                ],
                warnings,
                [.. looks.SelectMany(look => look.Problems)],
                looks is [{ Diff: { } diff }] ? diff : null
            ),
            CommandLine = CommandLines.Of(request),
        };
    }

    private async Task<Operation> ShowAsync(StoredOperation operation, CancellationToken cancellationToken)
    {
        var items = await store.ItemsAsync(operation.Id, ShownItems, cancellationToken);
        return operation.ToOperation([
            .. items.Select(item => new OperationItem(CommandLines.Name(item.Target), Href(item.Target), item.Status, item.Detail)),
        ]);
    }

    private Task RefusedAsync(Viewer viewer, OperationRequest request, string outcome, string why, CancellationToken cancellationToken) =>
        audit.WriteAsync(
            new AuditEntry(
                viewer,
                request.Kind,
                request.Targets is [var one] ? CommandLines.Name(one)
                    : request.Targets is { } many ? $"{many.Count} targets"
                    : "by filter",
                request.Targets is [{ Run: { } run }] ? run : null,
                outcome,
                request.Reason,
                why
            ),
            cancellationToken
        );

    private static AuditEntry Line(ActLook look, OperationRequest request, Viewer viewer, string outcome, string? detail, Guid id) =>
        new(viewer, request.Kind, look.Name, look.RunId, outcome, request.Reason, detail)
        {
            Before = look.Before,
            After = outcome == "done" ? look.After : null,
            OperationId = id,
        };

    private static string? Href(OperationTarget target) =>
        target switch
        {
            { Letter: { } letter } => $"/dead-letters/m/{letter}",
            { Ballot: { } ballot } => $"/consensus/{ballot}",
            { Run: { } run } => $"/runs/{run}",
            _ => null,
        };

    private static string Hash(OperationRequest request) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, MonitorJson.Options)));
}
