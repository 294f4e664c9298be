using System.Text.Json;

namespace Coordination.Contracts.V1;

/// <summary>Asks for a run. Submitting the same <see cref="RunId"/> and plan again joins the existing run.</summary>
[Contract("run.submit", 1, 1)]
public sealed record SubmitRun : IRunMessage
{
    public required Guid RunId { get; init; }
    public required RunPlan Plan { get; init; }

    /// <summary>Who asks, for example a service or a person. 1 to 200 characters.</summary>
    public required string Requester { get; init; }

    /// <summary>
    /// What the run is about, for example <c>ticket/4711</c>. While a run of the same requester and scope is not terminal, no second one
    /// starts: the submission joins it. Absent: no such check. 1 to 200 characters.
    /// </summary>
    public string? BusinessScope { get; init; }
}

/// <summary>The run is stored and will reach exactly one terminal event.</summary>
[Contract("run.accepted", 1, 0)]
public sealed record RunAccepted : IRunMessage
{
    public required Guid RunId { get; init; }

    /// <summary>Set when the submission joined a run that was already there.</summary>
    public Guid? JoinedRunId { get; init; }
}

/// <summary>The submission was refused; nothing runs.</summary>
[Contract("run.rejected", 1, 0)]
public sealed record RunRejected : IRunMessage
{
    public required Guid RunId { get; init; }

    /// <summary>The first problem's reason code.</summary>
    public required string Reason { get; init; }

    /// <summary>Every problem found.</summary>
    public required IReadOnlyList<Problem> Problems { get; init; }
}

/// <summary>One thing that is wrong with a message or plan.</summary>
public sealed record Problem
{
    /// <summary>One of <see cref="ReasonCode"/>.</summary>
    public required string Code { get; init; }

    /// <summary>Where, for example <c>plan.steps[2].dependsOn[0]</c>.</summary>
    public required string Path { get; init; }

    /// <summary>What is wrong and how to mend it.</summary>
    public required string Message { get; init; }
}

/// <summary>Asks to stop a run: gracefully first, by force after the grace time or at once when <see cref="Force"/> is set.</summary>
[Contract("run.cancel", 1, 0)]
public sealed record CancelRun : IRunMessage
{
    public required Guid RunId { get; init; }

    /// <summary>1 to 200 characters.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Up to 500 characters for a person to read.</summary>
    public string? Note { get; init; }
    public bool? Force { get; init; }
}

/// <summary>Terminal: every step is done.</summary>
[Contract("run.completed", 1, 1)]
public sealed record RunCompleted : IRunMessage
{
    public required Guid RunId { get; init; }

    /// <summary>Outputs of the steps nothing depends on, by step id.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Outputs { get; init; }

    /// <summary>
    /// What outputs lack, as <c>step: what</c>: a run with any of it is complete in form only. Absent when nothing is missing. At most 100. Since 1.1.
    /// </summary>
    public IReadOnlyList<string>? Missing { get; init; }
}

/// <summary>Terminal: some of the work is done for good, some is missing. Not a success.</summary>
[Contract("run.partial", 1, 0)]
public sealed record RunPartial : IRunMessage
{
    public required Guid RunId { get; init; }
    public required string Reason { get; init; }
    public required IReadOnlyList<string> Done { get; init; }
    public required IReadOnlyList<string> Missing { get; init; }
    public required IReadOnlyDictionary<string, JsonElement> Outputs { get; init; }
}

/// <summary>Terminal: the run failed; what could be undone was undone.</summary>
[Contract("run.failed", 1, 0)]
public sealed record RunFailed : IRunMessage
{
    public required Guid RunId { get; init; }
    public required string Reason { get; init; }

    /// <summary>The step whose failure ended the run; absent when no step did.</summary>
    public string? FailedStep { get; init; }
    public required IReadOnlyList<string> Compensated { get; init; }

    /// <summary>Steps that should have been undone and were not (reason <c>COMPENSATION_FAILED</c>).</summary>
    public required IReadOnlyList<string> NotCompensated { get; init; }
}

/// <summary>Terminal: the run was cancelled; what could be undone was undone.</summary>
[Contract("run.cancelled", 1, 0)]
public sealed record RunCancelled : IRunMessage
{
    public required Guid RunId { get; init; }
    public required string RequestedBy { get; init; }
    public required IReadOnlyList<string> Compensated { get; init; }
    public required IReadOnlyList<string> NotCompensated { get; init; }
}

/// <summary>Terminal: the run's deadline passed; what could be undone was undone.</summary>
[Contract("run.expired", 1, 0)]
public sealed record RunExpired : IRunMessage
{
    public required Guid RunId { get; init; }
    public required IReadOnlyList<string> Done { get; init; }
    public required IReadOnlyList<string> Missing { get; init; }
    public required IReadOnlyList<string> Compensated { get; init; }
    public required IReadOnlyList<string> NotCompensated { get; init; }
}
