namespace Coordination.Monitor;

/// <summary>Writes lines of the audit that belong to no operation.</summary>
internal interface IAuditTrail
{
    Task WriteAsync(AuditEntry entry, CancellationToken ct);
}
