namespace Coordination.Simulation;

/// <summary>What the outside world saw of the runs, and how it must fit together with their rows.</summary>
internal sealed class RunAccounts(World world)
{
    private readonly List<Working> working = [];
    private readonly Dictionary<(Guid Run, string Step, string Tool), (string Key, long FirstMs)> effects = [];

    /// <summary>Two processes must not be at the same attempt, unless one of them is dead or has stood still (I-8).</summary>
    public IDisposable Begin(Node node, Guid run, string step, int attempt, string tool)
    {
        var mine = new Working(this, node, (run, step, attempt, tool));
        if (working.Find(other => other.What == mine.What && !other.Node.IsDead && !other.Node.HasFrozen) is { } other && !node.HasFrozen)
        {
            world.Checks.Violated("I-8", $"{node.Name} and {other.Node.Name} carry out attempt {attempt} of step {step} at the same time");
        }

        working.Add(mine);
        return mine;
    }

    public void Effect(Guid run, string step, string tool, string key)
    {
        world.Trace($"effect {tool} {step}");
        if (effects.TryGetValue((run, step, tool), out var known) && known.Key != key)
        {
            world.Checks.Violated("I-3", $"step {step} has two effect keys for {tool}");
        }

        effects.TryAdd((run, step, tool), (key, world.Time.NowMs));
    }

    public void Audit()
    {
        var checks = world.Checks;
        checks.None(
            "I-1",
            """
            SELECT r.run_id || ' ' || r.status FROM run r WHERE 1 <> (SELECT count(*) FROM sim_sent s WHERE s.group_id = r.run_id
                AND s.message_type IN ('run.completed.v1', 'run.partial.v1', 'run.failed.v1', 'run.cancelled.v1', 'run.expired.v1'))
            """,
            "run without exactly one terminal event"
        );
        checks.None(
            "I-8",
            """
            SELECT group_id || ' ' || json_extract(CAST(body AS TEXT), '$.stepId') || ' ' || json_extract(CAST(body AS TEXT), '$.attempt') FROM sim_sent
            WHERE message_type IN ('step.completed.v1', 'step.failed.v1', 'step.compensated.v1')
            GROUP BY group_id, json_extract(CAST(body AS TEXT), '$.stepId'), json_extract(CAST(body AS TEXT), '$.attempt') HAVING count(*) > 1
            """,
            "attempt answered more than once"
        );
        checks.None("I-8", "SELECT claim FROM sim_owner WHERE new_epoch < old_epoch", "epoch went back");
        checks.None(
            "I-8",
            "SELECT claim FROM sim_owner WHERE old_owner IS NOT NULL AND new_owner IS NOT NULL AND NOT expired",
            "claim taken over before its lease had run out"
        );
        checks.None(
            "I-7",
            "SELECT run_id FROM run_history GROUP BY run_id HAVING count(*) <> max(seq) OR min(seq) <> 1",
            "history with a gap"
        );
        checks.None(
            "I-4",
            "SELECT reason || ' ' || detail FROM dead_letter WHERE message_type LIKE '%.v1' AND reason <> 'EXPIRED'",
            "message parked"
        );
        foreach (var (run, status, steps) in Ended())
        {
            AuditSteps(run, status, steps);
        }
    }

    /// <summary>Completed or compensated, never both; only what was done is undone, the last first (I-3, I-16).</summary>
    private void AuditSteps(Guid run, string status, List<(string Id, string Status, int CompletedAs)> steps)
    {
        var undone = steps.Where(step => step.Status == "compensated").OrderByDescending(step => step.CompletedAs).ToList();
        if (status == "Completed" && undone.Count > 0)
        {
            world.Checks.Violated("I-16", $"run {run} is completed and step {undone[0].Id} is undone");
        }

        foreach (var step in steps.Where(step => step.Status is "done" or "compensated" && !effects.ContainsKey((run, step.Id, "do"))))
        {
            world.Checks.Violated("I-3", $"step {step.Id} is {step.Status} without its effect");
        }

        for (var i = 0; i < undone.Count; i++)
        {
            if (!effects.TryGetValue((run, undone[i].Id, "undo"), out var effect))
            {
                world.Checks.Violated("I-3", $"step {undone[i].Id} is compensated without the effect");
            }
            else if (i > 0 && effects.TryGetValue((run, undone[i - 1].Id, "undo"), out var later) && effect.FirstMs < later.FirstMs)
            {
                world.Checks.Violated("I-16", $"step {undone[i].Id} was undone before step {undone[i - 1].Id}, which was done after it");
            }
        }
    }

    private List<(Guid Run, string Status, List<(string Id, string Status, int CompletedAs)> Steps)> Ended() =>
        world
            .Ground.Read("SELECT run_id, status FROM run", row => (Run: row.GetGuid(0), Status: row.GetString(1)))
            .ConvertAll(run =>
                (
                    run.Run,
                    run.Status,
                    world.Ground.Read(
                        """
                        SELECT json_extract(value, '$.id'), json_extract(value, '$.status'), COALESCE(json_extract(value, '$.completedAs'), 0)
                        FROM run, json_each(run.steps) WHERE run_id = @run
                        """,
                        row => (row.GetString(0), row.GetString(1), row.GetInt32(2)),
                        ("run", run.Run.ToString().ToUpperInvariant())
                    )
                )
            );

    private sealed record Working(RunAccounts Accounts, Node Node, (Guid Run, string Step, int Attempt, string Tool) What) : IDisposable
    {
        public void Dispose() => Accounts.working.RemoveAll(other => ReferenceEquals(other, this));
    }
}
