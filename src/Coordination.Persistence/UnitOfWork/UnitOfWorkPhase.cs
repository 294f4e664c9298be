namespace Coordination.Persistence;

/// <summary>The life of a unit of work.</summary>
internal enum UnitOfWorkPhase
{
    /// <summary>No transaction yet.</summary>
    Idle,

    /// <summary>The transaction is open.</summary>
    Open,

    /// <summary>Committed, or settled as a duplicate.</summary>
    Done,

    /// <summary>Rolled back after an error, or disposed.</summary>
    Ended,
}

internal static class UnitOfWorkPhases
{
    /// <summary>Throws unless the unit of work can still be used.</summary>
    public static void Usable(this UnitOfWorkPhase phase)
    {
        if (phase is UnitOfWorkPhase.Done or UnitOfWorkPhase.Ended)
        {
            throw new InvalidOperationException(
                phase is UnitOfWorkPhase.Done
                    ? "The unit of work is committed; make a new one for further work."
                    : "The unit of work was rolled back or disposed; make a new one."
            );
        }
    }
}
