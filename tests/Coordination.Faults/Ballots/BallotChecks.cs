using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coordination.Faults.Checker;

namespace Coordination.Faults.Ballots;

/// <summary>All that must hold when every ballot has ended (VOTE-15). Pure, so that each can be shown a planted fault; nothing of it is the product's code.</summary>
public static class BallotChecks
{
    // Hosts know the database's clock within a round trip, which is long while half the machine starts processes.
    private static readonly TimeSpan ClockError = TimeSpan.FromMilliseconds(500);

    public static IReadOnlyList<Violation> Check(BallotEvidence evidence)
    {
        var records = evidence
            .Lines.GroupBy(line => line.Ballot)
            .ToDictionary(lines => lines.Key, lines => lines.Select(Entry.Of).ToList());
        return
        [
            .. EveryBallotIsDecidedOnceAsItMust(evidence, records),
            .. EveryVoteIsRecordedOnce(evidence, records),
            .. EveryAnswerIsRecordedOnce(evidence, records),
            .. EveryRecordIsWhole(evidence, records),
            .. WhatIsPublishedIsTheRecord(evidence, records),
            .. NothingIsLeftOver(evidence),
            .. evidence.AuditFaults.Select(fault => new Violation("VOTE-19", fault)),
            .. evidence.Audited == evidence.Rows.Count
                ? []
                : new[] { new Violation("VOTE-19", $"{evidence.Audited} of {evidence.Rows.Count} ballots were audited") },
        ];
    }

    /// <summary>VOTE-04: one line, one row, and nothing between the two and what the ballot was made to give; not before its deadline (VOTE-05).</summary>
    private static IEnumerable<Violation> EveryBallotIsDecidedOnceAsItMust(BallotEvidence evidence, Dictionary<Guid, List<Entry>> records)
    {
        var rows = evidence.Rows.ToDictionary(row => row.Id);
        var decisions = evidence.Decisions.ToLookup(decision => decision.Ballot);
        foreach (var (id, kind, _) in evidence.Ballots)
        {
            var name = $"ballot {id} ({kind.Name})";
            if (!rows.Remove(id, out var row))
            {
                yield return new Violation("lost", $"{name} is not there");
                continue;
            }

            var lines = records.GetValueOrDefault(id) ?? [];
            var ends = lines.Where(line => line.Kind == "decided").ToList();
            if (row.Status != "decided" || ends.Count != 1 || decisions[id].Count() != 1)
            {
                yield return new Violation(
                    row.Status == "decided" ? "VOTE-04" : "stuck",
                    $"{name} is {row.Status}, with {ends.Count} decided lines and {decisions[id].Count()} decisions"
                );
                continue;
            }

            var must = (kind.Outcome, kind.Option, kind.DecidedBy);
            var end = ends[0].Json.GetProperty("decision");
            var said = (Text(end, "outcome"), Text(end, "option"), Text(end, "decidedBy"));
            var stored = decisions[id].Select(decision => (decision.Outcome, decision.Option, decision.DecidedBy)).Single();
            if (said != must || stored != must || (row.Outcome, row.Option, row.DecidedBy) != must)
            {
                yield return new Violation("VOTE-04", $"{name} must give {must}; its record says {said}, its decision {stored}");
            }

            var counted = lines.Count(line => line.Treatment == "Counted" && line.Seq < ends[0].Seq && line.Choice == kind.Option);
            if (counted < kind.Needed)
            {
                yield return new Violation("VOTE-02", $"{name} was decided with {counted} votes for {kind.Option}");
            }

            if (kind.Deadlines > 0 && row.DecidedAt - row.OpenedAt < (kind.Deadlines * BallotKind.ShortTime) - ClockError)
            {
                yield return new Violation("VOTE-05", $"{name} ended after {row.DecidedAt - row.OpenedAt}");
            }
        }

        foreach (var row in rows.Values)
        {
            yield return new Violation("invented", $"ballot {row.Id} was opened by nobody");
        }
    }

    /// <summary>Each vote that was cast is there once, as it was cast, with a treatment it may have; of one voter one counts. Nothing else is there.</summary>
    private static IEnumerable<Violation> EveryVoteIsRecordedOnce(BallotEvidence evidence, Dictionary<Guid, List<Entry>> records)
    {
        var refused = evidence
            .Events.Where(one => one.Contract == "ballot.vote-refused.v1")
            .DistinctBy(one => one.MessageId)
            .CountBy(one => one.Text("voteId") ?? "")
            .ToDictionary();
        var recorded = records
            .Values.SelectMany(lines => lines)
            .Where(line => line.Kind == "vote")
            .ToLookup(line => (line.Ballot, line.VoteId));
        var known = new HashSet<(Guid, Guid)>();
        foreach (var vote in evidence.Votes)
        {
            known.Add((vote.Ballot, vote.VoteId));
            var lines = recorded[(vote.Ballot, vote.VoteId)].ToList();
            var name = $"the vote {vote.VoteId} of {vote.Intention.Voter} in ballot {vote.Ballot}";
            if (lines.Count != 1)
            {
                yield return new Violation("VOTE-03", $"{name} is in the record {lines.Count} times");
                continue;
            }

            if (
                lines[0].Voter != vote.Intention.Voter
                || lines[0].Choice != vote.Intention.Choice
                || !vote.Intention.Allowed.Contains(lines[0].Treatment)
            )
            {
                yield return new Violation("VOTE-03", $"{name} was recorded as {lines[0].Voter} {lines[0].Choice}, {lines[0].Treatment}");
            }

            var told = refused.GetValueOrDefault(vote.VoteId.ToString());
            if (told != (lines[0].Treatment == "Counted" ? 0 : 1))
            {
                yield return new Violation("VOTE-03", $"{name} is {lines[0].Treatment}, and {told} refusals of it were published");
            }
        }

        foreach (var strange in recorded.Where(lines => !known.Contains(lines.Key)))
        {
            yield return new Violation("invented", $"vote {strange.Key} was cast by nobody");
        }

        foreach (
            var twice in recorded
                .SelectMany(lines => lines)
                .Where(line => line.Treatment == "Counted")
                .CountBy(line => (line.Ballot, line.Voter))
                .Where(count => count.Value > 1)
        )
        {
            yield return new Violation("VOTE-03", $"{twice.Value} votes of {twice.Key.Voter} count in ballot {twice.Key.Ballot}");
        }
    }

    /// <summary>Each answer is there once, and of each ballot that people decide one counts.</summary>
    private static IEnumerable<Violation> EveryAnswerIsRecordedOnce(BallotEvidence evidence, Dictionary<Guid, List<Entry>> records)
    {
        foreach (var answers in evidence.Answers.GroupBy(answer => answer.Ballot))
        {
            var lines = records.GetValueOrDefault(answers.Key)?.Where(line => line.Kind == "answer").ToList() ?? [];
            var given = answers.Select(answer => (string?)answer.Reply.Person).Order();
            var persons = lines.Select(line => Text(line.Json.GetProperty("answer"), "person")).Order();
            if (!given.SequenceEqual(persons))
            {
                yield return new Violation("VOTE-17", $"ballot {answers.Key} has the answers of {string.Join(", ", persons)}");
            }

            if (lines.Count(line => Text(line.Json.GetProperty("answer"), "refusal") is null) != 1)
            {
                yield return new Violation("VOTE-17", $"in ballot {answers.Key} not one answer counts");
            }
        }

        foreach (var ballot in evidence.Ballots.Where(ballot => ballot.Kind.Replies.Count > 0))
        {
            if (evidence.Answers.Count(answer => answer.Ballot == ballot.Id) != ballot.Kind.Replies.Count)
            {
                yield return new Violation("stuck", $"people were not asked about ballot {ballot.Id}");
            }
        }
    }

    /// <summary>Numbered without a gap, each line bound to the one before, the last one known to the ballot.</summary>
    private static IEnumerable<Violation> EveryRecordIsWhole(BallotEvidence evidence, Dictionary<Guid, List<Entry>> records)
    {
        var last = evidence.Rows.ToDictionary(row => row.Id, row => row.RecordHash);
        foreach (var (ballot, lines) in records)
        {
            var hash = new string('0', 64);
            for (var i = 0; i < lines.Count; i++)
            {
                hash = Convert.ToHexStringLower(
                    SHA256.HashData([.. Convert.FromHexString(hash), .. Encoding.UTF8.GetBytes(lines[i].Text)])
                );
                if (lines[i].Seq != i + 1 || lines[i].Hash != hash)
                {
                    yield return new Violation("VOTE-19", $"line {i + 1} of ballot {ballot} is missing, or was changed");
                    break;
                }
            }

            if (last.GetValueOrDefault(ballot) != lines[^1].Hash)
            {
                yield return new Violation("VOTE-19", $"ballot {ballot} knows another last line");
            }
        }
    }

    /// <summary>One opening for each request, one end of voting, one decision, each by one message id and with the record's content; each question once.</summary>
    private static IEnumerable<Violation> WhatIsPublishedIsTheRecord(BallotEvidence evidence, Dictionary<Guid, List<Entry>> records)
    {
        foreach (var copies in evidence.Events.Concat(evidence.Questions).GroupBy(one => one.MessageId))
        {
            if (copies.Select(one => one.Body.GetRawText()).Distinct().Count() > 1)
            {
                yield return new Violation("OBX-02", $"message {copies.Key} has been published with two contents");
            }
        }

        var events = evidence.Events.DistinctBy(one => one.MessageId).ToLookup(one => (one.Ballot, one.Contract));
        var questions = evidence.Questions.DistinctBy(one => one.MessageId).ToLookup(one => one.Ballot);
        foreach (var (id, kind, requests) in evidence.Ballots)
        {
            var (opened, closed, decided) = (
                events[(id, "ballot.opened.v1")].Count(),
                events[(id, "ballot.closed.v1")].ToList(),
                events[(id, "ballot.decided.v1")].ToList()
            );
            if (opened != requests || closed.Count != 1 || decided.Count != 1 || events[(id, "ballot.refused.v1")].Any())
            {
                yield return new Violation(
                    "VOTE-15",
                    $"of ballot {id} ({kind.Name}) {opened} openings for {requests} requests, {closed.Count} ends of voting and {decided.Count} decisions were published"
                );
                continue;
            }

            var end = records.GetValueOrDefault(id)?.Find(line => line.Kind == "decided");
            var said = (decided[0].Text("outcome"), decided[0].Text("option"), decided[0].Text("decidedBy"));
            var people = kind.Replies.Count > 0 ? "1" : null;
            if (
                said != (kind.Outcome, kind.Option, kind.DecidedBy)
                || decided[0].Text("recordHash") != end?.Hash
                || closed[0].Text("outcome") != kind.Outcome
                || closed[0].Text("people") != people
            )
            {
                yield return new Violation("VOTE-15", $"of ballot {id} ({kind.Name}) was published {said}: not what its record says");
            }

            var asked = questions[id].CountBy(one => one.Text("voter") ?? "").ToList();
            if (asked.Count != kind.Asked || asked.Any(voter => voter.Value != Math.Max(1, kind.Deadlines)))
            {
                yield return new Violation(
                    "VOTE-15",
                    $"in ballot {id} ({kind.Name}) were asked {string.Join(", ", asked.Select(voter => $"{voter.Key} {voter.Value} times"))}"
                );
            }
        }
    }

    private static IEnumerable<Violation> NothingIsLeftOver(BallotEvidence evidence)
    {
        foreach (var parked in evidence.Parked.Take(20))
        {
            yield return new Violation("left", $"message {parked.MessageId} for {parked.Endpoint} is parked: {parked.Reason}");
        }

        foreach (var queue in evidence.Queues.Where(queue => queue.Messages > 0))
        {
            yield return new Violation("left", $"{queue.Messages} messages are in {queue.Name}");
        }

        if (evidence.Pending > 0)
        {
            yield return new Violation("left", $"{evidence.Pending} messages are in the outbox");
        }
    }

    private static string? Text(JsonElement json, string member) =>
        json.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;

    /// <summary>A line, read.</summary>
    private sealed record Entry(Guid Ballot, int Seq, string Kind, string Text, string Hash, JsonElement Json)
    {
        public Guid VoteId { get; private init; }
        public string? Voter { get; private init; }
        public string? Choice { get; private init; }
        public string? Treatment { get; private init; }

        public static Entry Of(RecordLine line)
        {
            using var document = JsonDocument.Parse(line.Text);
            // The opening is long and says nothing here.
            var json = line.Kind == "opened" ? default : document.RootElement.Clone();
            var entry = new Entry(line.Ballot, line.Seq, line.Kind, line.Text, line.Hash, json);
            if (line.Kind != "vote")
            {
                return entry;
            }

            var vote = json.GetProperty("vote");
            var cast = vote.GetProperty("cast");
            return entry with
            {
                VoteId = cast.GetProperty("voteId").GetGuid(),
                Voter = BallotChecks.Text(cast, "voter"),
                Choice = BallotChecks.Text(cast, "choice"),
                Treatment = BallotChecks.Text(vote, "treatment"),
            };
        }
    }
}
