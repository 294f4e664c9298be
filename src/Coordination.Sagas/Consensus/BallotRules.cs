using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Consensus;

/// <summary>
/// What a ballot does next: its whole life as pure functions. The same state, message and time always give the same decision.
/// <list type="number">
/// <item>Voters are asked, all or the first panel. A vote that may count is kept sealed; every vote is recorded with what became of it.</item>
/// <item>When <see cref="Tally"/> says that nothing outstanding can change the outcome, or the time is over, the phase closes.</item>
/// <item>A first panel that is not of one mind: more voters are asked. A split: another round where the policy has debate.</item>
/// <item>A veto or dissent: people decide. A split or too few votes: what the policy says.</item>
/// <item>One decision is recorded and published, whatever happens, at the latest when people's time is over.</item>
/// </list>
/// </summary>
public static class BallotRules
{
    /// <summary>Of these rules, the only ones so far.</summary>
    public const int Version = 1;

    /// <summary>Opens a ballot.</summary>
    public static BallotDecision Open(BallotOpening opening)
    {
        ArgumentNullException.ThrowIfNull(opening);
        var asked = opening.Panels[0];
        var turn = new BallotTurn(
            new BallotState
            {
                Opening = opening,
                Asked = asked,
                EndsAt = opening.OpenedAt + opening.Deadline,
            },
            opening.OpenedAt
        );
        turn.Opened();
        return turn.Decide();
    }

    /// <summary>Takes any message of an open or decided ballot, at any time and in any order.</summary>
    /// <param name="state">Before the message.</param>
    /// <param name="message">The message.</param>
    /// <param name="sender">Who sent it, verified.</param>
    /// <param name="now">The database clock.</param>
    public static BallotDecision Decide(BallotState state, IBallotMessage message, VerifiedSender sender, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        var turn = new BallotTurn(state, now);
        // The timer may be on its way still; the database's clock decides what came in time.
        if (message is not BallotTimerDue && state.EndsAt is { } end && now >= end)
            turn.TimeIsOver();
        switch (message)
        {
            case CastVote vote:
                turn.Voted(vote, sender);
                break;
            case AnswerBallot answer:
                turn.Answered(answer, sender);
                break;
            case BallotTimerDue due:
                turn.TimerDue(due);
                break;
            case CancelBallot cancel:
                turn.Cancelled(cancel);
                break;
            case ReportOutcome outcome:
                turn.OutcomeReported(outcome);
                break;
            default:
                throw new ArgumentException($"{message?.GetType().Name} is no message of a ballot.", nameof(message));
        }
        return turn.Decide();
    }
}
