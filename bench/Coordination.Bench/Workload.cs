namespace Coordination.Bench;

internal enum Workload
{
    /// <summary>Consume a message, write one business row, send one follow-up message; exactly once.</summary>
    Effect,

    /// <summary>A saga asks a worker for five steps in a row, over the broker; saga and worker are both exactly once.</summary>
    Saga,

    /// <summary>The same saga with its worker in its own process and the hand-over in memory.</summary>
    Local,

    /// <summary>A run of five steps through the run saga and an inline agent: more work than <see cref="Saga"/>, for information.</summary>
    Run,
}
