namespace Coordination.Faults.Checker;

/// <summary>All invariants over one run's evidence.</summary>
public static class Invariants
{
    public static IReadOnlyList<Violation> Check(Evidence evidence) =>
        [
            .. Accounting.EveryRunEndsOnce(evidence),
            .. Accounting.NoAcceptedSubmissionIsLost(evidence),
            .. Accounting.EveryRunEndsAsItWasMadeTo(evidence),
            .. Effects.EveryDoneStepHasOneEffect(evidence),
            .. Effects.RepeatsAreBounded(evidence),
            .. Messages.EveryStoredMessageIsHandledOnce(evidence),
            .. Messages.NothingIsLeftOver(evidence),
            .. Messages.NothingIsHandledThatNobodySent(evidence),
            .. Ordering.EveryKeyIsAppliedInOrder(evidence),
            .. Leases.ClaimsHaveOneHolderAtATime(evidence),
            .. Sagas.EveryRunIsCompletedOrUndone(evidence),
            .. Timers.EveryTimerFiresOnceAndInTime(evidence),
            .. Convergence.AllIsAtRestInTime(evidence),
        ];
}
