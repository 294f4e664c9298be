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
    IEnumerable<OperationAct> acts,
    MonitorOptions options
) : IDisposable
{
    /// <summary>Of the connections that running work uses people take so many at most.</summary>
    private const int MostAtOnce = 4;
    private readonly SemaphoreSlim places = new(MostAtOnce);
    private const int Sample = 20;
    private const int ShownItems = 200;
    private readonly Dictionary<string, OperationAct> acts = acts.ToDictionary(act => act.Kind, StringComparer.Ordinal);

    public void Dispose() => places.Dispose();

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
        if (!await places.WaitAsync(options.ReadTimeout, cancellationToken))
        {
            throw Refusal.Of(
                HttpStatusCode.ServiceUnavailable,
                "BUSY",
                "Too much is being done at the same time",
                "Nothing was done. Send it again, with the same Idempotency-Key."
            );
        }
        try
        {
            return request.DryRun
                ? await PreviewAsync(request, viewer, cancellationToken)
                : await CarryOutAsync(id, request, viewer, cancellationToken);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<Operation> CarryOutAsync(Guid id, OperationRequest request, Viewer viewer, CancellationToken cancellationToken)
    {
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
        if (look.Refusal is null && look.Problems.Count > 0)
            throw Refusal.BadRequest(
                request.Kind == OperationKind.LetterEdit
                    ? "The new body is not what its contract says"
                    : "The answer is not what was asked for",
                look.Problems
            );
        if ((look.Refusal ?? await TryAsync(id, request, target, viewer, act, look, cancellationToken)) is { } refusal)
            return await FailAsync(id, request, target, viewer, look, refusal, cancellationToken);
        return await KnownAsync(id, request, viewer, cancellationToken)
            ?? throw new InvalidOperationException("The operation was not stored.");
    }

    /// <summary>Does it, in a transaction that is over when this returns: SQLite has one writer, who would wait for itself.</summary>
    /// <returns>Why it could not be done; null: it is done, or was by the same id.</returns>
    private async Task<string?> TryAsync(
        Guid id,
        OperationRequest request,
        OperationTarget target,
        Viewer viewer,
        OperationAct act,
        ActLook look,
        CancellationToken cancellationToken
    )
    {
        await using var work = units.Create(alone: true);
        try
        {
            work.Execute(store.Insert(id, request, Hash(request), viewer, "done", total: 1, owner: null));
            var done = await act.DoAsync(work, look, request, viewer, cancellationToken);
            foreach (var insert in store.InsertItems(id, [target], "done", done))
                work.Execute(insert);
            work.Execute(audit.Line(OperationItems.Line(look, request, viewer, "done", done, id)));
            await work.CommitAsync(CancellationToken.None);
            return null;
        }
        catch (GuardFailedException taken) when (taken.Guard == OperationStore.Taken)
        {
            // The same key at the same time: what the other one did is the answer.
            return null;
        }
        catch (GuardFailedException gone)
        {
            return gone.Guard;
        }
        catch (ArgumentException broken)
        {
            throw Refusal.BadRequest("The operation cannot be carried out as asked", new BodyProblem("BAD_OPERATION", "", broken.Message));
        }
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
        work.Execute(audit.Line(OperationItems.Line(look, request, viewer, "refused", why, id)));
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
        {
            var look = await acts[request.Kind].LookAsync(target, request, viewer, cancellationToken);
            // The difference shows the body as it was.
            if (look.Diff is not null)
            {
                await audit.WriteAsync(
                    new AuditEntry(
                        viewer,
                        "payload.read",
                        $"dead-letter/{target.Letter}",
                        look.RunId,
                        "done",
                        Detail: "dry run of an edit"
                    ),
                    cancellationToken
                );
            }
            looks.Add(look);
        }
        var warnings = new List<string>();
        if (targets.Count == OperationSelection.Most)
            warnings.Add($"More are like that: the first {OperationSelection.Most} are taken.");
        if (looks is [{ Refusal: { } why }] && targets.Count == 1)
            warnings.Add(why);
        else if (looks.Count(look => look.Refusal is not null) is > 0 and var cannot)
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
