using System.Diagnostics.Metrics;
using Coordination.Persistence;

namespace Coordination.Sagas.Consensus;

/// <summary>Counters of the ballots this process moves, meter <c>Coordination</c>. None of them tells how an open ballot stands.</summary>
internal sealed class BallotMetrics : IDisposable
{
    private readonly Meter meter = new(PersistenceMetrics.Name);
    private readonly Counter<long> opened;
    private readonly Counter<long> decided;
    private readonly Counter<long> escalated;
    private readonly Counter<long> refused;
    private readonly Counter<long> flips;
    private readonly Counter<long> judged;
    private readonly Histogram<double> duration;

    public BallotMetrics()
    {
        opened = meter.CreateCounter<long>("coordination.ballots.opened", "{ballot}", "Ballots opened, by policy and tier");
        decided = meter.CreateCounter<long>(
            "coordination.ballots.decided",
            "{ballot}",
            "Ballots decided, by policy, outcome and who decided"
        );
        escalated = meter.CreateCounter<long>(
            "coordination.ballots.escalated",
            "{ballot}",
            "Ballots people were asked about, by policy and outcome"
        );
        refused = meter.CreateCounter<long>("coordination.ballots.refused", "{message}", "Messages without effect, by type and reason");
        flips = meter.CreateCounter<long>(
            "coordination.ballots.flips",
            "{vote}",
            "Votes changed in a debate, by policy and direction, counted when the real outcome is reported"
        );
        judged = meter.CreateCounter<long>(
            "coordination.ballots.judged",
            "{ballot}",
            "Ballots whose real outcome was reported, by policy, right or wrong, and whether the voters were unanimous"
        );
        duration = meter.CreateHistogram<double>(
            "coordination.ballots.duration",
            "s",
            "Time from opening to decision, by policy and who decided"
        );
    }

    public void Refused(string type, string reason) => refused.Add(1, Tag("type", type), Tag("reason", reason));

    /// <summary>Counts what a committed decision changed.</summary>
    public void Moved(BallotState? before, BallotState after)
    {
        var policy = Tag("policy", after.Opening.Policy.Id);
        if (before is null)
            opened.Add(1, policy, Tag("tier", after.Opening.Policy.Tier.ToString()));
        if (after.Status == BallotStatus.People && before?.Status == BallotStatus.Voting)
            escalated.Add(1, policy, Tag("outcome", after.Outcome!));
        if (after.Status == BallotStatus.Decided && before?.Status != BallotStatus.Decided)
        {
            decided.Add(1, policy, Tag("outcome", after.Outcome!), Tag("decided_by", after.DecidedBy!));
            duration.Record((after.DecidedAt!.Value - after.Opening.OpenedAt).TotalSeconds, policy, Tag("decided_by", after.DecidedBy!));
        }
        if (after.Right is { } right && before?.Right is null)
            Judged(after, right, policy);
    }

    public void Dispose() => meter.Dispose();

    private void Judged(BallotState ballot, string right, KeyValuePair<string, object?> policy)
    {
        var first = ballot.Votes.Where(v => v.Round == 1 && !Vote.IsAbstention(v.Choice)).ToArray();
        var unanimous = first.Length > 1 && first.All(v => v.Choice == first[0].Choice);
        judged.Add(
            1,
            policy,
            Tag("right", (ballot.Option ?? ballot.Leading) == right ? "yes" : "no"),
            Tag("unanimous", unanimous ? "yes" : "no")
        );
        foreach (var own in ballot.Votes.GroupBy(v => v.Voter, StringComparer.Ordinal))
        {
            foreach (var (was, now) in own.OrderBy(v => v.Round).Zip(own.OrderBy(v => v.Round).Skip(1)))
            {
                if (was.Choice != now.Choice)
                    flips.Add(1, policy, Tag("direction", $"{Word(was.Choice == right)}-to-{Word(now.Choice == right)}"));
            }
        }
    }

    private static string Word(bool right) => right ? "right" : "wrong";

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
