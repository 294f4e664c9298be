namespace Coordination.Monitor;

internal static class AuditEndpoints
{
    public static void MapAudit(this RouteGroupBuilder api) { }
}
