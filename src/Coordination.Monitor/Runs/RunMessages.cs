using Coordination.Sagas.Consensus;

namespace Coordination.Monitor;

/// <summary>A run's messages for a sequence diagram. Lanes: in the order of first use. More: not all are in it.</summary>
public sealed record MessageFlow(IReadOnlyList<string> Lanes, IReadOnlyList<MessageArrow> Arrows, bool More);

/// <summary>One message. Contract: with its version. Seq: the entry of the history it is from. Note: for a person.</summary>
public sealed record MessageArrow(
    Guid MessageId,
    Guid? CausationId,
    DateTimeOffset At,
    string From,
    string To,
    string Contract,
    string Kind,
    string? StepId,
    int? Attempt,
    int? Seq,
    long? DeadLetterId,
    string? Note
);

/// <summary>Makes the sequence of messages from the history, the ballots' records and what was parked. Pure: traces are not needed.</summary>
internal static class RunMessages
{
    public const int Most = 2_000;
    private const string Run = "run";
    private const string Ballots = "ballots";
    private const string Clock = "timer";

    public static MessageFlow Of(
        RunFile file,
        IReadOnlyList<(Guid BallotId, BallotRecord Record)> records,
        IReadOnlyList<LetterRow> letters
    )
    {
        var agents = file.Plan.ToDictionary(step => step.StepId, StringComparer.Ordinal);
        var orders = RunMessageNames.Orders(file.Whole);
        var run = RunAt.Start(file.Plan);
        var arrows = new List<MessageArrow>();
        foreach (var message in file.History.GroupBy(entry => entry.MessageId))
        {
            var first = message.First();
            if (Arrived(first, run, agents, file.Run.Requester) is { } arrived)
                arrows.Add(arrived);
            foreach (var entry in message)
            {
                arrows.AddRange(Sent(file, entry, run, agents, orders));
                run = run.After(entry, agents);
            }
        }
        arrows.AddRange(records.SelectMany(record => Voted(file.Run.RunId, record.BallotId, record.Record)));
        arrows.AddRange(letters.Select(Parked));
        var sorted = arrows.OrderBy(arrow => arrow.At).ToList();
        var shown = sorted.Take(Most).ToList();
        return new MessageFlow(
            [.. shown.SelectMany(arrow => new[] { arrow.From, arrow.To }).Distinct(StringComparer.Ordinal)],
            shown,
            sorted.Count > Most
        );
    }

    /// <summary>The message that made the entry happen.</summary>
    private static MessageArrow? Arrived(RunEvent entry, RunAt before, Dictionary<string, PlanStepRow> plan, string requester)
    {
        var contract = RunMessageNames.Of(entry);
        var planned = entry.StepId is { } id ? plan.GetValueOrDefault(id) : null;
        var agent = planned is null ? "agent" : Agent(planned, StepWords.IsUndone(before[planned.StepId].Status));
        var (from, kind) = contract switch
        {
            "run.submit.v1" => (entry.Detail.GetValueOrDefault("requester") ?? requester, "control"),
            "run.cancel.v1" => (entry.Detail.GetValueOrDefault("by") ?? "a person", "control"),
            "step.input-answered.v1" => (entry.Detail.GetValueOrDefault("by") ?? "a person", "answer"),
            "step.completed.v1" => (agent, "answer"),
            "step.compensated.v1" => (agent, "undo"),
            "step.input-required.v1" => (agent, "question"),
            "step.failed.v1" => (agent, "failure"),
            "run.ballot-decided.v1" => (Ballots, "decision"),
            var timer when RunMessageNames.IsTimer(timer) => (Clock, "control"),
            _ => (agent, "control"),
        };
        var note =
            entry.Detail.GetValueOrDefault("reason")
            ?? entry.Detail.GetValueOrDefault("option")
            ?? entry.Detail.GetValueOrDefault("outcome")
            ?? entry.Detail.GetValueOrDefault("question");
        return new MessageArrow(
            entry.MessageId,
            entry.CausationId,
            entry.At,
            from,
            Run,
            contract,
            kind,
            entry.StepId,
            entry.Attempt,
            entry.Seq,
            null,
            entry.Event == "stale" ? "came too late" : note
        );
    }

    /// <summary>What left because of the entry.</summary>
    private static IEnumerable<MessageArrow> Sent(
        RunFile file,
        RunEvent entry,
        RunAt before,
        Dictionary<string, PlanStepRow> plan,
        IReadOnlyDictionary<(string, int), Guid> orders
    )
    {
        MessageArrow Arrow(string to, string contract, string kind, Guid? id = null, string? note = null) =>
            new(
                id ?? RunMessageNames.Derived(file.Run.RunId, $"{entry.Seq}/{contract}"),
                entry.MessageId,
                entry.At,
                Run,
                to,
                contract,
                kind,
                entry.StepId,
                entry.Attempt,
                entry.Seq,
                null,
                note
            );
        Guid? Order() =>
            entry is { StepId: { } step, Attempt: { } attempt } && orders.TryGetValue((step, attempt), out var order) ? order : null;
        switch (entry.Event)
        {
            case "step-dispatched" when plan.TryGetValue(entry.StepId!, out var step):
                var again = before[step.StepId].Status == StepWords.RetryWait;
                yield return Arrow(Agent(step, undo: false), "step.execute.v1", again ? "retry" : "work", Order());
                break;
            case "step-compensating" when plan.TryGetValue(entry.StepId!, out var undone):
                yield return Arrow(Agent(undone, undo: true), "step.compensate.v1", "undo", Order());
                break;
            case "ballot-opened":
                yield return Arrow(Ballots, "ballot.open.v1", "vote", note: entry.Detail.GetValueOrDefault("policy"));
                break;
            case "ended":
                var status = entry.Detail.GetValueOrDefault("status") ?? "ended";
                yield return Arrow(
                    file.Run.Requester,
                    $"run.{status}.v1",
                    status is "completed" or "partial" ? "answer" : "failure",
                    note: entry.Detail.GetValueOrDefault("reason")
                );
                break;
        }
    }

    private static IEnumerable<MessageArrow> Voted(Guid runId, Guid ballot, BallotRecord record)
    {
        MessageArrow Arrow(string from, string contract, string kind, string? note) =>
            new(
                RunMessageNames.Derived(runId, $"{ballot:N}/{record.Seq}"),
                null,
                record.At,
                from,
                Ballots,
                contract,
                kind,
                null,
                null,
                null,
                null,
                note
            );
        if (record.Vote is { } vote)
            yield return Arrow(vote.Cast.Voter, "ballot.cast-vote.v1", "vote", vote.Cast.Choice);
        else if (record.Answer is { } answer)
            yield return Arrow(answer.Person, "ballot.answer.v1", "vote", answer.Option ?? "none of them");
    }

    private static MessageArrow Parked(LetterRow letter) =>
        new(
            letter.MessageId,
            null,
            letter.ParkedAt,
            letter.Direction == "out" ? Run : letter.Endpoint,
            "dead letters",
            letter.MessageType,
            "dead",
            null,
            null,
            null,
            letter.Id,
            letter.Reason
        );

    private static string Agent(PlanStepRow step, bool undo) => "agent " + (undo ? step.UndoneBy ?? step.AgentType : step.AgentType);
}
