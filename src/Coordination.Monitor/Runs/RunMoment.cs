using Coordination.Contracts;
using Coordination.Sagas.Consensus;

namespace Coordination.Monitor;

/// <summary>
/// A run as it was after one entry of its history. Everything shown of that moment is made from the file that comes out here, by the same code that shows now. Pure.
/// </summary>
internal static class RunMoment
{
    /// <param name="file">As it is now.</param>
    /// <param name="seq">The entry; null: now.</param>
    public static RunFile AsOf(this RunFile file, int? seq)
    {
        if (seq is not { } asked || file.History.Count == 0)
            return file;
        var at = Math.Clamp(asked, file.History[0].Seq, file.LastSeq);
        var run = RunAt.Of(file.Plan, file.History, at);
        var entry = file.History.Last(one => one.Seq <= at);
        return file with
        {
            Run = file.Run with
            {
                Status = run.Status,
                Reason = run.Reason,
                EndedAt = run.EndedAt,
                FailedStep = run.FailedStep,
                Compensated =
                [
                    .. run
                        .Steps.Where(step => step.Status == StepWords.Compensated)
                        .OrderByDescending(step => step.CompletedAs)
                        .Select(step => step.StepId),
                ],
            },
            Steps = [.. run.Steps.Select(Row)],
            History = [.. file.History.TakeWhile(one => one.Seq <= at)],
            Whole = file.Whole,
            Moment = End(entry.At),
        };
    }

    // SQLite's clock gives milliseconds, PostgreSQL's microseconds, and what voters wrote is finer than either: what was written within the same one was there.
    // One entry of PostgreSQL's in a thousand falls on a whole millisecond and is taken for one of SQLite's.
    private static DateTimeOffset End(DateTimeOffset at) =>
        at.AddTicks((at.Ticks % TimeSpan.TicksPerMillisecond == 0 ? TimeSpan.TicksPerMillisecond : TimeSpan.TicksPerMicrosecond) - 1);

    /// <summary>Lines of the ballots' records that could be read then: none of a ballot that was still sealed.</summary>
    public static IReadOnlyList<(Guid BallotId, BallotRecord Record)> AsOf(
        this RunFile file,
        IReadOnlyList<(Guid BallotId, BallotRecord Record)> records
    ) =>
        file.Moment is null
            ? records
            :
            [
                .. records
                    .Where(record => file.Knows(record.Record.At))
                    .GroupBy(record => record.BallotId)
                    .Where(ballot => ballot.Any(record => BallotThen.Unseals(record.Record)))
                    .SelectMany(ballot => ballot),
            ];

    /// <summary>What was parked by then, as it stood.</summary>
    public static IReadOnlyList<LetterRow> AsOf(this RunFile file, IReadOnlyList<LetterRow> letters) =>
        file.Moment is null
            ? letters
            :
            [
                .. letters
                    .Where(letter => file.Knows(letter.ParkedAt))
                    .Select(letter =>
                        letter.SettledAt is { } settled && !file.Knows(settled)
                            ? letter with
                            {
                                State = "open",
                                SettledAt = null,
                                SettledBy = null,
                                SettledBecause = null,
                                ReplacedBy = null,
                            }
                            : letter
                    ),
            ];

    public static StepRow Row(StepAt step) =>
        new(
            step.StepId,
            step.Status,
            step.Attempt,
            step.Reason,
            step.Detail,
            step.IncidentId,
            step.WaitingOn,
            step.WaitEndsAt,
            step.QuestionId,
            null,
            null,
            step.CompletedAs,
            step.Reason == ReasonCode.InDoubt,
            step.StartedAt,
            step.EndedAt
        );
}
