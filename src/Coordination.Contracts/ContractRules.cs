using Coordination.Contracts.V1;

namespace Coordination.Contracts;

/// <summary>What a message must keep beyond its JSON shape: ranges, formats, and members that belong together.</summary>
public static class ContractRules
{
    /// <summary>Every rule the message breaks, code <see cref="ReasonCode.ContractInvalid"/>; empty when it keeps them all.</summary>
    /// <exception cref="ArgumentException">The object is not a message of this package.</exception>
    public static IReadOnlyList<Problem> Check(object message) => Check(message, closedLists: true);

    internal static IReadOnlyList<Problem> Check(object message, bool closedLists)
    {
        var findings = new Findings(closedLists);
        switch (message)
        {
            case SubmitRun m:
                RunRules.Check(m, findings);
                break;
            case RunAccepted m:
                RunRules.Check(m, findings);
                break;
            case RunRejected m:
                RunRules.Check(m, findings);
                break;
            case CancelRun m:
                RunRules.Check(m, findings);
                break;
            case RunCompleted m:
                RunRules.Check(m, findings);
                break;
            case RunPartial m:
                RunRules.Check(m, findings);
                break;
            case RunFailed m:
                RunRules.Check(m, findings);
                break;
            case RunCancelled m:
                RunRules.Check(m, findings);
                break;
            case RunExpired m:
                RunRules.Check(m, findings);
                break;
            case RunBallotDecided m:
                RunRules.Check(m, findings);
                break;
            case RunTimerDue m:
                RunRules.Check(m, findings);
                break;
            case ExecuteStep m:
                StepRules.Check(m, findings);
                break;
            case StepProgress m:
                StepRules.Check(m, findings);
                break;
            case StepCompleted m:
                StepRules.Check(m, findings);
                break;
            case StepFailed m:
                StepRules.Check(m, findings);
                break;
            case InputRequired m:
                StepRules.Check(m, findings);
                break;
            case InputAnswered m:
                StepRules.Check(m, findings);
                break;
            case CompensateStep m:
                StepRules.Check(m, findings);
                break;
            case CancelStep or StepCompensated:
                StepRules.Step((IStepMessage)message, findings);
                break;
            case AgentAnnounced m:
                StepRules.Check(m, findings);
                break;
            case OpenBallot m:
                BallotRules.Check(m, findings);
                break;
            case BallotOpened m:
                BallotRules.Check(m, findings);
                break;
            case BallotRefused m:
                BallotRules.Check(m, findings);
                break;
            case RequestVote m:
                BallotRules.Check(m, findings);
                break;
            case CastVote m:
                BallotRules.Check(m, findings);
                break;
            case VoteRefused m:
                BallotRules.Check(m, findings);
                break;
            case BallotClosed m:
                BallotRules.Check(m, findings);
                break;
            case BallotDecided m:
                BallotRules.Check(m, findings);
                break;
            case AnswerBallot m:
                BallotRules.Check(m, findings);
                break;
            case CancelBallot m:
                BallotRules.Check(m, findings);
                break;
            case ReportOutcome m:
                BallotRules.Check(m, findings);
                break;
            case BallotTimerDue m:
                BallotRules.Check(m, findings);
                break;
            default:
                throw new ArgumentException(
                    $"{message.GetType().FullName} has no rules: it is not a message of this package.",
                    nameof(message)
                );
        }

        return findings.Problems;
    }
}
