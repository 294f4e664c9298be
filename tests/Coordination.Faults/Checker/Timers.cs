namespace Coordination.Faults.Checker;

/// <summary>Pauses between attempts against the moments at which they ended (I-17).</summary>
public static class Timers
{
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(1);

    // A dead process is replaced, and what it held is free when grace time and lease of this fleet have run out (eight seconds each).
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(20);

    /// <summary>I-17: each retry is sent once, not before its time, and later than its time only by faults and what is allowed.</summary>
    public static IEnumerable<Violation> EveryTimerFiresOnceAndInTime(Evidence evidence)
    {
        foreach (var lines in evidence.History.Where(line => line.StepId is not null).GroupBy(line => (line.RunId, line.StepId)))
        {
            foreach (
                var twice in lines.Where(line => line.Type == "step-dispatched").GroupBy(line => line.Attempt).Where(g => g.Count() > 1)
            )
            {
                yield return new Violation(
                    "I-17",
                    $"attempt {twice.Key} of step {lines.Key.StepId} of run {lines.Key.RunId} was sent {twice.Count()} times"
                );
            }

            foreach (var retry in lines.Where(line => line is { Type: "step-retry", Delay: not null }))
            {
                var due = retry.At + retry.Delay!.Value;
                if (lines.FirstOrDefault(line => line.Type == "step-dispatched" && line.Sequence > retry.Sequence) is not { } sent)
                {
                    continue;
                }

                if (sent.At < due - Early)
                {
                    yield return new Violation(
                        "I-17",
                        $"a retry of run {retry.RunId} came {(due - sent.At).TotalSeconds:0.0} s before its time"
                    );
                }
                else if (sent.At - due - Disturbed(evidence.Faults, due, sent.At) > evidence.RetriesWithin)
                {
                    yield return new Violation(
                        "I-17",
                        $"a retry of run {retry.RunId} came {(sent.At - due).TotalSeconds:0.0} s after its time"
                    );
                }
            }
        }
    }

    /// <summary>How much of a span faults and their recovery took.</summary>
    private static TimeSpan Disturbed(IReadOnlyList<FaultRecord> faults, DateTimeOffset from, DateTimeOffset until)
    {
        var (total, covered) = (TimeSpan.Zero, from);
        foreach (var fault in faults.OrderBy(fault => fault.From))
        {
            var end = fault.Until + (fault.Recovery ?? TimeSpan.Zero) + Aftermath;
            var begin = fault.From > covered ? fault.From : covered;
            end = end < until ? end : until;
            if (end > begin)
            {
                total += end - begin;
                covered = end;
            }
        }

        return total;
    }
}
