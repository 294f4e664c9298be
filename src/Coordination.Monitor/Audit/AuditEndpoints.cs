namespace Coordination.Monitor;

/// <summary>What people did.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this RouteGroupBuilder api)
    {
        api.MapGet(
            "/audit",
            async (
                AuditReads audit,
                string? actor,
                string? kind,
                Guid? run,
                string? outcome,
                string? after,
                int? limit,
                CancellationToken cancellationToken
            ) => Answer.Of(await audit.ListAsync(new AuditFilter(actor, kind, run, outcome), after, limit, cancellationToken))
        );
        api.MapGet(
            "/runs/{id:guid}/audit",
            async (AuditReads audit, Guid id, string? after, int? limit, CancellationToken cancellationToken) =>
                Answer.Of(await audit.ListAsync(new AuditFilter(null, null, id, null), after, limit, cancellationToken))
        );
    }
}
