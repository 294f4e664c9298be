namespace Coordination.Sagas.Consensus;

/// <summary>What a wrong decision costs. A policy sets it; a requester may name a higher one, never a lower.</summary>
public enum RiskTier
{
    /// <summary>Read-only: nothing to vote on.</summary>
    T0,

    /// <summary>Can be undone: more than half of three voters or more.</summary>
    T1,

    /// <summary>Costly or visible outside: two thirds of the weight of five voters or more, of two model families at least; votes are signed.</summary>
    T2,

    /// <summary>Cannot be undone: a Byzantine quorum of four voters or more, of three families at least; votes are signed, and two people approve.</summary>
    T3,
}
