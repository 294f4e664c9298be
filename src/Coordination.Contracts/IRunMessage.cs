namespace Coordination.Contracts;

/// <summary>A message that belongs to one run.</summary>
public interface IRunMessage
{
    /// <summary>The run; chosen by the client and its idempotency key.</summary>
    Guid RunId { get; }
}

/// <summary>A message that belongs to one try of one step of a run.</summary>
public interface IStepMessage : IRunMessage
{
    /// <summary>The step's id in the plan.</summary>
    string StepId { get; }

    /// <summary>Which try of the step, from 1.</summary>
    int Attempt { get; }
}
