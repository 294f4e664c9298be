using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Agent types from what announced itself, what is claimed, and what waits on the way to them. Pure.</summary>
internal static class Agents
{
    public static IReadOnlyList<AgentTypeView> Of(
        IReadOnlyList<Announced> announced,
        IReadOnlyList<Claimed> work,
        IReadOnlyList<EndpointFlow> onTheirWay,
        IReadOnlyList<QueueFlow> queues,
        DateTimeOffset now
    )
    {
        var instances = announced.ToLookup(one => one.AgentType, StringComparer.Ordinal);
        var claims = work.ToLookup(one => one.AgentType, StringComparer.Ordinal);
        var sent = onTheirWay
            .Where(flow => flow.Waiting > 0 && Wire.AgentTypeOf(flow.Endpoint) is not null)
            .ToDictionary(flow => Wire.AgentTypeOf(flow.Endpoint)!, StringComparer.Ordinal);
        var ready = queues
            .Where(queue => queue.Ready > 0 && Wire.AgentTypeOf(queue.Queue) is not null)
            .ToDictionary(queue => Wire.AgentTypeOf(queue.Queue)!, queue => queue.Ready, StringComparer.Ordinal);
        return
        [
            .. instances
                .Select(type => type.Key)
                .Concat(claims.Select(type => type.Key))
                .Concat(sent.Keys)
                .Concat(ready.Keys)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Select(type =>
                    Type(type, [.. instances[type]], [.. claims[type]], sent.GetValueOrDefault(type), ready.GetValueOrDefault(type), now)
                ),
        ];
    }

    /// <summary>The instance in the name of a claim's owner: what stands before the mark of its start.</summary>
    public static string InstanceOf(string owner) => owner.LastIndexOf(':') is > 0 and var end ? owner[..end] : owner;

    private static AgentTypeView Type(
        string type,
        IReadOnlyList<Announced> announced,
        IReadOnlyList<Claimed> claims,
        EndpointFlow? sent,
        int ready,
        DateTimeOffset now
    )
    {
        var working = claims
            .Where(claim => claim.Owner is not null)
            .GroupBy(claim => InstanceOf(claim.Owner!), StringComparer.Ordinal)
            .ToDictionary(own => own.Key, own => own.Sum(claim => claim.Claims - claim.Waiting), StringComparer.Ordinal);
        AgentInstance[] instances =
        [
            .. announced.Select(one => new AgentInstance(
                one.Instance,
                one.Build,
                one.Contracts,
                one.Compensates,
                one.LastSeenAt,
                now - one.LastSeenAt <= AgentReads.AliveFor,
                working.GetValueOrDefault(one.Instance)
            )),
        ];
        AgentInstance[] current = instances.Any(one => one.Alive) ? [.. instances.Where(one => one.Alive)] : instances;
        DateTimeOffset?[] since = [.. claims.Select(claim => claim.OldestWaitAt), sent?.OldestAt];
        return new AgentTypeView(
            type,
            instances.Count(one => one.Alive),
            instances,
            [.. current.Select(one => one.Build).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            current.DistinctBy(one => (one.Build, string.Join(' ', one.Contracts.Order(StringComparer.Ordinal)), one.Compensates)).Count()
                > 1,
            [.. instances.SelectMany(one => one.Contracts).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            instances.Any(one => one.Compensates),
            claims.Sum(claim => claim.Waiting) + (sent?.Waiting ?? 0) + ready,
            working.Values.Sum(),
            since.Min(),
            instances.Length == 0 ? null : instances.Max(one => one.LastSeenAt)
        );
    }
}
