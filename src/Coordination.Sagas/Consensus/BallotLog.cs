using Microsoft.Extensions.Logging;

namespace Coordination.Sagas.Consensus;

/// <summary>Nothing here says how anybody voted before the ballot is closed.</summary>
internal static partial class BallotLog
{
    [LoggerMessage(2001, LogLevel.Information, "Ballot {BallotId} opened under {Policy}, tier {Tier}, with {Voters} voters")]
    public static partial void BallotOpened(this ILogger logger, Guid ballotId, string policy, string tier, int voters);

    [LoggerMessage(2002, LogLevel.Information, "Ballot {BallotId} is decided: {Outcome}, {Option}, by {DecidedBy}")]
    public static partial void BallotDecided(this ILogger logger, Guid ballotId, string? outcome, string? option, string? decidedBy);

    [LoggerMessage(2003, LogLevel.Warning, "Ballot {BallotId} was not opened, {Reason}: {Problems} problem(s), the first: {First}")]
    public static partial void BallotRefused(this ILogger logger, Guid ballotId, string reason, int problems, string first);

    [LoggerMessage(2004, LogLevel.Debug, "{Message} had no effect on ballot {BallotId}, {Reason}: {Detail}")]
    public static partial void MessageWithoutEffect(this ILogger logger, string message, Guid ballotId, string reason, string? detail);

    [LoggerMessage(2006, LogLevel.Warning, "{Message} from {User} was refused by ballot {BallotId}, {Reason}: {Detail}")]
    public static partial void MessageRefused(
        this ILogger logger,
        string message,
        string user,
        Guid ballotId,
        string reason,
        string? detail
    );

    [LoggerMessage(
        2007,
        LogLevel.Information,
        "Ballot {BallotId} waits for {People} of the people until {EndsAt:u}, {Outcome}: coordination ballots show {BallotId}"
    )]
    public static partial void PeopleAsked(this ILogger logger, Guid ballotId, int people, DateTimeOffset? endsAt, string? outcome);

    [LoggerMessage(2005, LogLevel.Warning, "Ballot {BallotId}: tier {Asked} was asked for; the policy's {Tier} is used")]
    public static partial void LowerTierAsked(this ILogger logger, Guid ballotId, string asked, string tier);
}
