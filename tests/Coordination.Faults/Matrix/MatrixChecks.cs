using Coordination.Faults.Checker;

namespace Coordination.Faults.Matrix;

/// <summary>All of them. Pure, so that each can be shown a planted fault.</summary>
public static class MatrixChecks
{
    public static IReadOnlyList<Violation> Check(MatrixEvidence evidence) =>
        [
            .. EffectChecks.EveryEffectHappensOnce(evidence),
            .. EffectChecks.EveryEffectHasOneKey(evidence),
            .. EffectChecks.EveryCallHasItsIntent(evidence),
            .. EffectChecks.IrreversibleOnesAreCalledOnce(evidence),
            .. EffectChecks.EveryEffectIsSettled(evidence),
            .. JournalChecks.EveryJournalIsWhole(evidence),
            .. JournalChecks.NothingDoneIsBegunAgain(evidence),
            .. RunChecks.EveryRunEndsAsItWasMadeTo(evidence),
            .. RunChecks.DeadWorkersAreReplacedInTime(evidence),
            .. Accounting.EveryRunEndsOnce(evidence.Fleet),
            .. Accounting.NoAcceptedSubmissionIsLost(evidence.Fleet),
            .. Messages.EveryStoredMessageIsHandledOnce(evidence.Fleet),
            .. Messages.NothingIsLeftOver(evidence.Fleet),
            .. Messages.NothingIsHandledThatNobodySent(evidence.Fleet),
            .. Leases.ClaimsHaveOneHolderAtATime(evidence.Fleet),
            .. Sagas.EveryRunIsCompletedOrUndone(evidence.Fleet),
            .. Convergence.AllIsAtRestInTime(evidence.Fleet),
        ];
}
