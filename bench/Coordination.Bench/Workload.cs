namespace Coordination.Bench;

internal enum Workload
{
    /// <summary>Consume a message, write one business row, send one follow-up message; exactly once.</summary>
    Effect,

    /// <summary>A saga asks a worker for five steps in a row; saga and worker are both exactly once.</summary>
    Saga,

    /// <summary>A run of five steps through the run saga and an inline agent: more work than <see cref="Saga"/>, for information.</summary>
    Run,
}
