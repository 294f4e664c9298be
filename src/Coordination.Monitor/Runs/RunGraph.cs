using System.Globalization;
using Coordination.Sagas.Consensus;

namespace Coordination.Monitor;

/// <summary>Everything that caused and was caused in a run. More: not all nodes are in it.</summary>
public sealed record CausalGraph(
    Guid RunId,
    Guid TransactionId,
    IReadOnlyList<CausalNode> Nodes,
    IReadOnlyList<CausalEdge> Edges,
    bool More
);

public sealed record CausalNode(
    string Id,
    string Kind,
    DateTimeOffset? At,
    string Label,
    string? Detail,
    string? Status,
    string? StepId,
    int? Seq
);

/// <summary>From the cause to what it caused.</summary>
public sealed record CausalEdge(string From, string To, string Kind);

/// <summary>What the graph is made from beside the run's file.</summary>
internal sealed record CausalSources(
    IReadOnlyList<JournalRow> Journal,
    IReadOnlyList<BallotSummary> Ballots,
    IReadOnlyList<(Guid BallotId, BallotRecord Record)> Records,
    IReadOnlyList<LetterRow> Letters,
    IReadOnlyList<TimerRow> Timers,
    IReadOnlyList<ClaimRow> Claims
);

/// <summary>
/// Makes the causal graph (TRC-03) from the plan, the history, the journal, the ballots, and what is parked, due and held. Pure, and complete with traces switched off:
/// every message names what caused it, and every entry the message that made it happen.
/// </summary>
internal sealed class RunGraph
{
    public const int Most = 2_000;
    private readonly Dictionary<string, CausalNode> nodes = new(StringComparer.Ordinal);
    private readonly HashSet<CausalEdge> edges = [];
    private readonly RunFile file;
    private bool more;

    private RunGraph(RunFile file) => this.file = file;

    public static CausalGraph Of(RunFile file, CausalSources sources)
    {
        var graph = new RunGraph(file);
        graph.Plan();
        graph.History();
        graph.Journal(sources.Journal);
        graph.Ballots(sources.Ballots, sources.Records);
        graph.Waits(sources);
        return new CausalGraph(
            file.Run.RunId,
            file.Run.TransactionId,
            [.. graph.nodes.Values],
            [.. graph.edges.Where(edge => graph.nodes.ContainsKey(edge.From) && graph.nodes.ContainsKey(edge.To))],
            graph.more
        );
    }

    private void Plan()
    {
        var now = file.Steps.ToDictionary(step => step.StepId, StringComparer.Ordinal);
        foreach (var step in file.Plan)
        {
            var row = now.GetValueOrDefault(step.StepId);
            Add(
                new CausalNode(
                    Step(step.StepId),
                    "step",
                    row?.StartedAt,
                    step.StepId,
                    $"agent {step.AgentType}",
                    row?.Status,
                    step.StepId,
                    null
                )
            );
            foreach (var earlier in step.DependsOn)
                Link(Step(earlier), Step(step.StepId), "depends");
        }
    }

    private void History()
    {
        var orders = RunMessageNames.Orders(file.Whole);
        foreach (var message in file.History.GroupBy(entry => entry.MessageId))
        {
            var first = message.First();
            Message(message.Key, first.At, RunMessageNames.Of(first), first.StepId);
            if (first.CausationId is { } cause)
            {
                Message(cause, null, "message", null);
                Link(Message(cause), Message(message.Key), "caused");
            }
        }
        foreach (var entry in file.History)
        {
            var id = Event(entry.Seq);
            Add(new CausalNode(id, "event", entry.At, entry.Event, Particulars(entry), null, entry.StepId, entry.Seq));
            Link(Message(entry.MessageId), id, "caused");
            if (entry.StepId is not { } step)
                continue;
            Link(id, Step(step), entry.Event.StartsWith("step-compensat", StringComparison.Ordinal) ? "undoes" : "did");
            // The order itself is known by its answer; until then by its derived name.
            if (entry is { Event: "step-dispatched" or "step-compensating", Attempt: { } attempt })
            {
                var contract = entry.Event == "step-dispatched" ? "step.execute.v1" : "step.compensate.v1";
                var order = orders.TryGetValue((step, attempt), out var known)
                    ? known
                    : RunMessageNames.Derived(file.Run.RunId, $"{entry.Seq}/{contract}");
                Message(order, entry.At, contract, step, replace: true);
                Link(id, Message(order), "caused");
            }
        }
    }

    private void Journal(IReadOnlyList<JournalRow> journal)
    {
        foreach (var line in journal)
        {
            if (line.Model is not null)
            {
                var call = "model:" + Number(line.Seq);
                var detail = $"{line.InputTokens ?? 0} + {line.OutputTokens ?? 0} tokens";
                Add(new CausalNode(call, "model-call", line.At, line.Model, detail, line.Status, line.StepId, null));
                Link(Step(line.StepId), call, "asked");
            }
            else if (line.Key is { } key && line.Class is not null)
            {
                var effect = "effect:" + key;
                Add(
                    new CausalNode(effect, "effect", line.At, line.Tool ?? key, line.Detail ?? key, line.Status, line.StepId, null),
                    replace: line.Status is not null
                );
                Link(Step(line.StepId), effect, line.Compensating ? "undoes" : "wrote");
            }
            else if (line.Kind is "decision" or "signal" || line.Status is not null)
            {
                var value = "value:" + Number(line.Seq);
                Add(new CausalNode(value, "value", line.At, line.Tool ?? line.Kind, line.Detail, line.Status, line.StepId, null));
                Link(Step(line.StepId), value, "read");
            }
        }
    }

    private void Ballots(IReadOnlyList<BallotSummary> ballots, IReadOnlyList<(Guid BallotId, BallotRecord Record)> records)
    {
        var opened = file
            .History.Where(entry => entry.Event == "ballot-opened")
            .ToLookup(entry => entry.Detail.GetValueOrDefault("ballot"), StringComparer.OrdinalIgnoreCase);
        foreach (var ballot in ballots)
        {
            var id = Ballot(ballot.BallotId);
            var by = opened[ballot.BallotId.ToString()].FirstOrDefault();
            Add(new CausalNode(id, "ballot", ballot.OpenedAt, ballot.Policy, ballot.Question, ballot.Status, by?.StepId, by?.Seq));
            if (by is not null)
                Link(Event(by.Seq), id, "asked");
            if (ballot.DecidedAt is { } at)
            {
                var decision = "decision:" + ballot.BallotId.ToString("N");
                Add(
                    new CausalNode(
                        decision,
                        "decision",
                        at,
                        ballot.Option ?? ballot.Outcome ?? "decided",
                        ballot.DecidedBy,
                        ballot.Outcome,
                        by?.StepId,
                        null
                    )
                );
                Link(id, decision, "decided");
                if (file.History.FirstOrDefault(entry => entry.Event == "ballot-decided" && Is(entry, ballot.BallotId)) is { } heard)
                    Link(decision, Message(heard.MessageId), "caused");
            }
        }
        foreach (var (ballot, record) in records)
        {
            if (record.Vote is not { } vote)
                continue;
            var id = $"vote:{ballot:N}:{Number(record.Seq)}";
            Add(
                new CausalNode(
                    id,
                    "vote",
                    record.At,
                    vote.Cast.Voter,
                    vote.Cast.Choice,
                    vote.Treatment.ToString().ToLowerInvariant(),
                    null,
                    null
                )
            );
            Link(id, Ballot(ballot), "voted");
        }
    }

    private void Waits(CausalSources sources)
    {
        foreach (var letter in sources.Letters)
        {
            var id = "dead-letter:" + Number(letter.Id);
            Message(letter.MessageId, null, letter.MessageType, null);
            Add(
                new CausalNode(
                    id,
                    "dead-letter",
                    letter.ParkedAt,
                    $"#{Number(letter.Id)} {letter.Reason}",
                    letter.Detail,
                    letter.State,
                    null,
                    null
                )
            );
            Link(Message(letter.MessageId), id, "parked");
        }
        foreach (var timer in sources.Timers)
        {
            var id = "timer:" + timer.Token.ToString("N");
            Add(new CausalNode(id, "timer", timer.DueAt, timer.What, null, null, null, null));
            foreach (
                var step in file.Steps.Where(step =>
                    StepWords.IsUnderWay(step.Status) && timer.What.Contains(step.StepId, StringComparison.Ordinal)
                )
            )
                Link(Step(step.StepId), id, "holds");
        }
        foreach (var claim in sources.Claims)
        {
            var id = $"lock:{claim.StepId}:{Number(claim.Attempt)}";
            Add(
                new CausalNode(
                    id,
                    "lock",
                    claim.ClaimedAt,
                    claim.Owner ?? "nobody",
                    $"until {claim.ExpiresAt:u}",
                    claim.Expired ? "expired" : "held",
                    claim.StepId,
                    null
                )
            );
            Link(id, Step(claim.StepId), "holds");
        }
    }

    private void Message(Guid id, DateTimeOffset? at, string label, string? stepId, bool replace = false) =>
        Add(new CausalNode(Message(id), "message", at, label, id.ToString(), null, stepId, null), replace || label != "message");

    private void Add(CausalNode node, bool replace = false)
    {
        if (nodes.TryGetValue(node.Id, out var old))
        {
            // What is known better takes the place of a mere name.
            if (replace)
                nodes[node.Id] = node with { At = old.At ?? node.At };
        }
        else if (nodes.Count < Most)
        {
            nodes.Add(node.Id, node);
        }
        else
        {
            more = true;
        }
    }

    private void Link(string from, string to, string kind) => edges.Add(new CausalEdge(from, to, kind));

    private static bool Is(RunEvent entry, Guid ballot) =>
        Guid.TryParse(entry.Detail.GetValueOrDefault("ballot"), out var id) && id == ballot;

    private static string? Particulars(RunEvent entry) =>
        entry.Detail.Count == 0 ? null : string.Join(", ", entry.Detail.Select(detail => $"{detail.Key}: {detail.Value}"));

    private static string Step(string id) => "step:" + id;

    private static string Message(Guid id) => "message:" + id.ToString("N");

    private static string Event(int seq) => "event:" + Number(seq);

    private static string Ballot(Guid id) => "ballot:" + id.ToString("N");

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
