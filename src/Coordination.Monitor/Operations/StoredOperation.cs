namespace Coordination.Monitor;

/// <summary>An operation as it is stored.</summary>
internal sealed record StoredOperation(
    Guid Id,
    string Kind,
    string Status,
    string Actor,
    string Via,
    string? Reason,
    OperationRequest Request,
    string RequestHash,
    int Total,
    int Done,
    int Failed,
    int Skipped,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt
)
{
    public bool IsOver => Status is "done" or "failed" or "cancelled";

    public Operation ToOperation(IReadOnlyList<OperationItem> items) =>
        new()
        {
            Id = Id,
            Kind = Kind,
            Status = Status,
            Total = Total,
            Done = Done,
            Failed = Failed,
            Skipped = Skipped,
            Reason = Reason,
            By = Actor,
            Via = Via,
            CreatedAt = CreatedAt,
            EndedAt = EndedAt,
            Select = Request.Select,
            Items = items,
            CommandLine = CommandLines.Of(Request),
        };
}

/// <summary>One target of an operation as it is stored.</summary>
internal sealed record StoredItem(int Position, OperationTarget Target, string Status, string? Detail);
